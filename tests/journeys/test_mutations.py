"""Whatever breaks a reference or a type in a journey that lints clean is caught by the linter, wherever in the file it stands."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from journeys.linting import lint_text
from tests.builders import NOW
from tests.journeys.wholes import wholes
from tests.journeys.wholes_library import LIBRARY

Place = tuple[str | int, ...]

REFERENCES = {"of", "about", "start", "content", "outcome", "fact", "event", "persona", "product"}
"""Keys whose text names something that is written elsewhere: a step, a journey, content, a fact, an event."""

NOT_TEXT = {"at_most", "priority", "version", "one", "two", "hold_out", "join", "occasion", "channel_preference"}
"""Keys whose value is a number, or one of a few words: any other text is none of them."""


def ok(authored: Any) -> bool:
    return lint_text(json.dumps(authored), name="pioneer.yaml", library=LIBRARY, now=NOW).ok


def places(value: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value of a file, with its path."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*at, key), inner
        yield from places(inner, (*at, key))


def names_something(place: Place, value: Any) -> bool:
    """Whether that text is the name of something: a step that a way leads to, or one of the references."""
    if not isinstance(value, str) or place[:1] != ("steps",):
        return False
    within = [part for part in place if isinstance(part, str)]
    leads = within[-2:-1] in (["next"], ["offers"], ["branches"]) or within[-1] == "next" or within[-1] == "offers"
    return leads or within[-1] in REFERENCES


def replaced(authored: Any, place: Place, value: Any) -> Any:
    """The file with one value changed."""
    changed = deepcopy(authored)
    around = changed
    for part in place[:-1]:
        around = around[part]
    around[place[-1]] = value
    return changed


@st.composite
def sound(draw: Any) -> Any:
    """A file without errors."""
    authored = draw(wholes()).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assume(ok(authored))
    return authored


@given(sound(), st.data())
def test_a_broken_reference_is_caught(authored: Any, data: st.DataObject) -> None:
    """A name that nothing bears, in place of any name that stands in a step."""
    candidates = [place for place, value in places(authored) if names_something(place, value)]
    place = data.draw(st.sampled_from(candidates or [("start",)]))
    assert not ok(replaced(authored, place, "nowhere@7" if place[-1] == "content" else "nowhere")), place


@given(sound(), st.data())
def test_a_broken_type_is_caught(authored: Any, data: st.DataObject) -> None:
    """Text where a number belongs, a word that is none of those allowed, a length of time that is none, a list in place of a mapping."""
    candidates = [place for place, value in places(authored) if breakable(place, value)]
    place = data.draw(st.sampled_from(candidates or [("version",)]))
    wrong: Any = data.draw(st.sampled_from(["seven days or so", ["a", "list"], {"a": "mapping"}]))
    assert not ok(replaced(authored, place, wrong)), (place, wrong)


def breakable(place: Place, value: Any) -> bool:
    """Whether the place takes nothing but a number, a mapping or a length of time."""
    key = place[-1]
    if key in NOT_TEXT or isinstance(value, dict):
        return True
    return isinstance(value, str) and key in ("due", "up_to", "time", "hold_up_to", "answer_by", "minus", "plus", "horizon")


@given(sound(), st.data())
def test_a_key_that_nobody_knows_is_caught(authored: Any, data: st.DataObject) -> None:
    """A slip of the keyboard anywhere: nothing that an author wrote is passed over in silence."""
    mappings = [(), *(place for place, value in places(authored) if isinstance(value, dict))]
    place = data.draw(st.sampled_from(mappings))
    if place[-1:] in (("steps",), ("next",), ("blocked",), ("branches",), ("arms",)):
        assume(place[-1:] != ("steps",))
    assert not ok(replaced(authored, (*place, "nxt"), "nowhere")), place
