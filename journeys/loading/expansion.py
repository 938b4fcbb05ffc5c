"""A journey's file made plain: snippets are put in place and defaults inherited before the definition's model sees the data.

Every value goes on knowing the line and column at which its author wrote it, so that what is found in an expanded step points to the
snippet or the default.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from journeys.content import MEETINGS
from journeys.definitions import kind_of
from journeys.loading.complaints import complaints
from journeys.loading.copies import Copies
from journeys.loading.documents import Document
from journeys.loading.snippets import Snippets
from journeys.loading.sugar import BLOCKING, INHERITED, Sugar, uses

_WITH_DEADLINE = ("for", "when", "event")


def expanded(document: Document) -> Document:
    """The document as the definition's model reads it. Where defaults or snippets are wrong, one that holds the findings alone."""
    written = document.value
    if not isinstance(written, Mapping) or not _has_sugar(written):
        return document
    copies = Copies(document)
    sugar = {key: written[key] for key in ("defaults", "snippets") if key in written}
    try:
        read = Sugar.model_validate_json(json.dumps(sugar), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        copies.findings += complaints(error, Sugar, document)
        return copies.document(written)
    snippets = Snippets(read.snippets, copies)
    plain = {key: value for key, value in written.items() if key not in sugar}
    if isinstance(plain.get("steps"), Mapping):
        plain["steps"] = _inheriting(snippets.expand(plain["steps"]), sugar.get("defaults", {}), copies)
    snippets.unused()
    return copies.document(plain)


def _has_sugar(written: Mapping[str, Any]) -> bool:
    steps = written.get("steps")
    return "defaults" in written or "snippets" in written or (isinstance(steps, Mapping) and any(map(uses, steps.values())))


def _inheriting(steps: Mapping[str, Any], defaults: Mapping[str, Mapping[str, Any]], copies: Copies) -> dict[str, Any]:
    return {step_id: _inherits(step_id, step, defaults, copies) if isinstance(step, Mapping) else step for step_id, step in steps.items()}


def _inherits(step_id: str, step: Mapping[str, Any], defaults: Mapping[str, Mapping[str, Any]], copies: Copies) -> Any:
    """The step with what it does not say itself."""
    kind = kind_of(step) or ""
    said = dict(step)
    if isinstance(step.get(kind), Mapping) and kind in defaults:
        said[kind] = _filled(step_id, kind, _silent(kind, step[kind], defaults[kind]), step[kind], defaults[kind], copies)
    blocked = step.get("blocked", {})
    if kind in BLOCKING and isinstance(blocked, Mapping) and "blocked" in defaults:
        said["blocked"] = _filled(step_id, "blocked", [key for key in defaults["blocked"] if key not in blocked], blocked, defaults["blocked"], copies)
    return said


def _filled(step_id: str, part: str, keys: list[str], said: Mapping[str, Any], defaults: Mapping[str, Any], copies: Copies) -> dict[str, Any]:
    inherited: dict[str, Any] = {}
    for key in keys:
        target = ("steps", step_id, part, key)
        inherited[key] = copies.copy(defaults[key], source=("defaults", part, key), target=target)
        copies.place(source=("defaults", part, key), target=target)
        copies.borrowed(target, f'in the step "{step_id}", by the defaults')
    return {**said, **inherited}


def _silent(kind: str, said: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    """The keys that a step inherits: those of its kind that it does not say, and that make sense beside what it says."""
    return [key for key in defaults if key in INHERITED[kind] and key not in said and _sensible(kind, key, {**defaults, **said}, own=said)]


def _sensible(kind: str, key: str, said: Mapping[str, Any], *, own: Mapping[str, Any]) -> bool:
    """What is sent automatically has no due, a wait for time to pass no deadline, and a journey that is not awaited neither. A visit that names a
    channel of its own takes place there and nowhere else."""
    match kind, key:
        case (("email" | "message" | "invite"), "due"):
            return said.get("sent_by") == "rep"
        case "visit", ("face_to_face" | "remote" | "phone"):
            return not any(channel in own for channel in MEETINGS)
        case "wait", "up_to":
            return any(form in said for form in _WITH_DEADLINE)
        case "journey", "up_to":
            return said.get("awaited") is not False
        case _:
            return True
