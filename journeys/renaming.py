"""Steps under other names: which were renamed, and a definition, a line and all that a run remembers told with the later names.

A comparison guesses at names, so that a new one is one change and not many; a migration is told them by its map, so that a run goes on in the
passage in which it stands and knows what it has gone through.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar

from journeys.definitions import Definition, kind_of
from journeys.state import State, passage_key, step_of

V = TypeVar("V")

_REFERENCES = frozenset({"next", "blocked", "offers", "of", "outcome", "about", "branches"})
"""The keys under which a step is named, `start` of the journey itself apart."""


def renames(before: Definition, after: Definition) -> dict[str, str]:
    """The later id of each step that was only renamed. Among several that look alike, the first written are taken for each other."""
    found: dict[str, str] = {}
    # A step that leads to a renamed one is the same only after that one has its later id.
    while more := _alike(renamed(before, found), after):
        found |= more
    return found


def _alike(before: Definition, after: Definition) -> dict[str, str]:
    gone = {step_id: step for step_id, step in before.steps.items() if step_id not in after.steps}
    new = {step_id: step for step_id, step in after.steps.items() if step_id not in before.steps}
    found: dict[str, str] = {}
    for old, step in gone.items():
        same = next((step_id for step_id, other in new.items() if other == step and step_id not in found.values()), None)
        if same is not None:
            found[old] = same
    return found


def said_by(mapping: Mapping[str, str], before: Definition, after: Definition) -> dict[str, str]:
    """The later id of each step that a map renames: one that is gone, to one that is new, is of the same kind, and is named for no other."""
    named = Counter(mapping.values())
    return {
        old: new
        for old, new in mapping.items()
        if old in before.steps.keys() - after.steps.keys()
        and new in after.steps.keys() - before.steps.keys()
        and kind_of(before.steps[old]) == kind_of(after.steps[new])
        and named[new] == 1
    }


def renamed(definition: Definition, names: Mapping[str, str]) -> Definition:
    """The definition with these steps under their other names, everywhere."""
    if not names:
        return definition
    body = _told(definition.model_dump(mode="json", by_alias=True), names, reference=False)
    body["start"] = names.get(body["start"], body["start"])
    body["steps"] = {names.get(step_id, step_id): step for step_id, step in body["steps"].items()}
    return Definition.model_validate(body)


def _told(value: Any, names: Mapping[str, str], *, reference: bool) -> Any:
    match value:
        case dict():
            return {key: _told(inside, names, reference=reference or key in _REFERENCES) for key, inside in value.items()}
        case list():
            return [_told(inside, names, reference=reference) for inside in value]
        case str() if reference:
            return names.get(value, value)
        case _:
            return value


def line_under(line: str, names: Mapping[str, str]) -> str:
    """The name of a line after its parallel steps have other names."""
    parts = (part.rpartition(".") for part in line.split("/")) if line else ()
    return "/".join(f"{names.get(step, step)}.{branch}" for step, _, branch in parts)


def state_under(state: State, names: Mapping[str, str]) -> State:
    """The run as if its steps had always had these names. Only the keys of its passages stay as they are: they are the ids of tasks and touches."""
    if not names:
        return state
    places = (place.model_copy(update={"step": names.get(place.step, place.step), "line": line_under(place.line, names)}) for place in state.places)
    told = {
        "places": tuple(places),
        "outcomes": _under(state.outcomes, names),
        "answered": _under(state.answered, names),
        "latest": {line_under(line, names): touch for line, touch in state.latest.items()},
    }
    return _counted(state.model_copy(update=told), names)


def _counted(state: State, names: Mapping[str, str]) -> State:
    """Go on counting passages under the new name. The old one's count stays: a step that comes by that name later must not take a key that was
    taken, and so must the new name's, where it was a step's before."""
    passages = dict(state.passages)
    keys = {name: key for name, key in state.keys.items() if step_of(name) not in names}
    for old, new in names.items():
        times = state.passages.get(old, 0)
        passages[new] = max(times, state.passages.get(new, 0))
        for passage in range(1, times + 1):
            name, key = passage_key(state.enrolment, new, passages[new] - times + passage), state.key_of(old, passage)
            if name != key:
                keys[name] = key
    return state.model_copy(update={"passages": {step: times for step, times in passages.items() if times}, "keys": keys})


def _under(known: Mapping[str, V], names: Mapping[str, str]) -> dict[str, V]:
    """What a new name's own, earlier step left behind gives way to what the renamed one did."""
    kept = {step: value for step, value in known.items() if step not in names and step not in names.values()}
    return {**kept, **{new: known[old] for old, new in names.items() if old in known}}
