"""The page of the field's rules names the tests that show each rule, and they are there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "rules.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| \d", line)]


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE))), ids="::".join)
def test_every_test_that_the_page_names_is_there(named: tuple[str, str]) -> None:
    """By its file and its name: a test that is renamed takes the page along."""
    path, name = named
    assert f"def {name}(" in (TESTS / path).read_text(encoding="utf-8")


def test_no_rule_is_left_out() -> None:
    """All twenty-three, some of them together."""
    numbers = [int(number) for row in ROWS for number in row[0].split(", ")]
    assert numbers == list(range(1, 24))


def test_what_is_ours_and_held_is_shown_by_a_refusal() -> None:
    """A rule in scope that nothing refuses would be a wish; what is not there yet says so."""
    unshown = [
        row[0] for row in ROWS if row[2].startswith("in") and "not there yet" not in row[2] and "nothing to record" not in row[2] and "::" not in row[-1]
    ]
    assert unshown == []
