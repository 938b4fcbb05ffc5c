"""docs/strategies.md shows every strategy of the library, with the picture that the command draws of it today."""

import re

import pytest

from journeys.drawing import EdgeKind, mermaid
from journeys.library import PACKAGED, read_library
from tests.docs.reading import ROOT

LIBRARY = read_library(PACKAGED)
PAGE = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")

_SECTION = re.compile(r"^### ([a-z-]+)\n\*\*(.+?)\.\*\* .+?^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHOWN = {journey: (title, drawn) for journey, title, drawn in _SECTION.findall(PAGE)}


def test_every_strategy_is_on_the_page() -> None:
    """Each with a section, and with a line in the table."""
    assert sorted(_SHOWN) == sorted(LIBRARY.strategies)
    assert sorted(re.findall(r"^\| \[([a-z-]+)\]", PAGE, re.MULTILINE)) == sorted(LIBRARY.strategies)


@pytest.mark.parametrize("journey", sorted(LIBRARY.strategies))
def test_the_picture_is_the_one_that_is_drawn(journey: str) -> None:
    """As `dirigent journeys graph journeys/library/strategies/….yaml --paths-only` prints it."""
    strategy = LIBRARY.strategies[journey]
    assert _SHOWN[journey] == (strategy.title, mermaid(strategy, kinds=frozenset({EdgeKind.PATH})))
