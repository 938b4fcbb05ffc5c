"""Steps that have another id and are otherwise the same, and the earlier definition told with the later ids, so that a new name is one change and not many."""

from collections.abc import Mapping
from typing import Any

from journeys.definitions import Definition

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
