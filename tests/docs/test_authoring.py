"""What the author's guide shows of a library beside journeys."""

import pytest

from journeys.library import Events
from journeys.loading import load
from tests.docs.reading import Fence, fences


@pytest.mark.parametrize("example", fences("yaml events"), ids=lambda example: example.page)
def test_events_are_declared_as_shown(example: Fence) -> None:
    """The catalogue reads without a finding."""
    assert load(example.text, name="events.yaml", model=Events).findings == ()
