"""Whatever breaks a reference or a type in a journey that lints clean is caught by the linter, wherever in the file it stands: in the head, in a condition, in
a step, in a default or in a snippet."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from journeys.facts import CATALOGUE
from journeys.linting import lint_text
from tests.builders import NOW
from tests.journeys.sound import sound_texts
from tests.journeys.wholes_library import LIBRARY

Place = tuple[str | int, ...]

OWN_WORDS = {"title", "why", "message", "reason", "to", "answers", "outcomes", "add_tags", "remove_tags", "has", "journey", "product", "parameters"}
"""Keys whose text is the author's own word, or that of an installation's system: another word in its place may be right too."""

NAMED_HERE = {"branches", "arms", "steps"}
"""Mappings whose keys are names that the author gives: another name is right where nothing refers to it."""

ENTERING_AND_LEAVING = ("entry", "goal", "exit_when", "exit_on", "horizon")
OPERATORS = ("is", "in", "at_least", "at_most", "has", "known")
OTHERS: tuple[Any, ...] = (7, True, "some words", ["a", "list"], {"a": "mapping"})
"""One value of every type that YAML knows."""

SOME_PLACES = 6
"""Places of one file that are broken, one after the other."""

FEWER = settings(max_examples=settings().max_examples // 4)
"""Files: each is broken in several places, and in each region."""


def ok(authored: Any) -> bool:
    return lint_text(json.dumps(authored), name="pioneer.yaml", library=LIBRARY, now=NOW).ok


def places(value: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value of a file, with its path."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*at, key), inner
        yield from places(inner, (*at, key))


def words(place: Place) -> list[str]:
    return [part for part in place if isinstance(part, str)]


def compares(place: Place) -> bool:
    """Whether it is a value with which a condition compares, and not one of a list of events or words."""
    return words(place)[-1] in OPERATORS and any(part in place for part in ("when", "goal", "exit_when"))


REGIONS: dict[str, Callable[[Place], bool]] = {
    "anywhere": lambda _: True,
    "the head": lambda place: place[0] in ENTERING_AND_LEAVING,
    "conditions": compares,
    "defaults and snippets": lambda place: place[0] in ("defaults", "snippets") or "with" in place or place[-1] == "use",
}
"""Of each of these a file has something to break, often enough."""

IN_EVERY_REGION = pytest.mark.parametrize("region", REGIONS)


def within(authored: Any, region: str) -> list[tuple[Place, Any]]:
    """The places of a region; where the file has none, any."""
    everywhere = list(places(authored))
    return [(place, value) for place, value in everywhere if REGIONS[region](place)] or everywhere


def around(authored: Any, place: Place) -> Any:
    """The mapping or list in which a value stands."""
    for part in place[:-1]:
        authored = authored[part]
    return authored


def replaced(authored: Any, place: Place, value: Any) -> Any:
    """The file with one value changed."""
    changed = deepcopy(authored)
    around(changed, place)[place[-1]] = value
    return changed


def renamed(authored: Any, place: Place) -> Any:
    """The file with one key called otherwise."""
    changed = deepcopy(authored)
    inside = around(changed, place)
    items = [("nowhere" if key == place[-1] else key, value) for key, value in inside.items()]
    inside.clear()
    inside.update(items)
    return changed


def is_name(authored: Any, place: Place) -> bool:
    """Whether its text names something that is written elsewhere, or is one of the words that the language knows: not an own word, and not a code
    of a fact that takes any, such as a specialty."""
    key = words(place)[-1]
    if key not in ("is", "in"):
        return key not in OWN_WORDS
    fact = CATALOGUE.get(around(authored, place[: place.index(key) + 1]).get("fact", ""))
    return fact is None or bool(fact.values) or fact.name == "persona"


def some(candidates: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(candidates), min_size=1, max_size=SOME_PLACES)


@IN_EVERY_REGION
@FEWER
@given(sound_texts(most=4), st.data())
def test_a_broken_reference_is_caught(region: str, authored: Any, data: st.DataObject) -> None:
    """A name that nothing bears in place of any: of a step, content, a fact, its value, an event, a journey, a persona, a market; or a word of the language."""
    candidates = [place for place, value in within(authored, region) if isinstance(value, str) and is_name(authored, place)]
    assume(candidates)
    for place in data.draw(some(candidates)):
        for nobody in ("nowhere", "nowhere@7"):
            assert not ok(replaced(authored, place, nobody)), (place, nobody)


@IN_EVERY_REGION
@FEWER
@given(sound_texts(most=4), st.data())
def test_a_broken_type_is_caught(region: str, authored: Any, data: st.DataObject) -> None:
    """A value of any other type in place of any value: text for a number, a number for text, a flag, a list, a mapping."""
    for place, value in data.draw(some(within(authored, region))):
        wrong = data.draw(st.sampled_from([other for other in OTHERS if type(other) is not type(value)]))
        assert not ok(replaced(authored, place, wrong)), (place, wrong)


@FEWER
@given(sound_texts(most=4), st.data())
def test_a_key_called_otherwise_is_caught(authored: Any, data: st.DataObject) -> None:
    """A slip in any key: of the language, of a way out, of a reason, of an event's field, of a step that others lead to."""
    keys = [place for place, _ in places(authored) if isinstance(place[-1], str) and words(place)[-2:-1] not in ([name] for name in NAMED_HERE)]
    for place in data.draw(some(keys)):
        assert not ok(renamed(authored, place)), place


@FEWER
@given(sound_texts(most=4), st.data())
def test_a_key_that_nobody_knows_is_caught(authored: Any, data: st.DataObject) -> None:
    """One that is added anywhere: nothing that an author wrote is passed over in silence."""
    mappings = [(), *(place for place, value in places(authored) if isinstance(value, dict))]
    for place in data.draw(some(mappings)):
        assert not ok(replaced(authored, (*place, "nxt"), "nowhere")), place
