"""What a content system says of a version, read by a mapping: which field means what, and which of its states is which of ours. A state that nobody mapped
is never taken for approval."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from journeys.content import ContentState
from journeys.definitions import ContentRef
from journeys.shapes import Instant, Stored

_INSTANT: TypeAdapter[Instant] = TypeAdapter(Instant)

Lack = Literal["unknown_state", "no_content", "no_expiry"]


class Fields(Stored):
    """Where an item of the system says what; a dot leads into what is nested. `content` names it with its version where `version` is left out."""

    content: str = "content"
    version: str | None = "version"
    state: str = "state"
    expires: str | None = "expires"


class Said(Stored):
    """What was said of one version. `lack` tells why it counts for less than it says."""

    ref: ContentRef
    state: ContentState
    expires: Instant | None = None
    lack: Lack | None = None
    as_said: str = ""
    """The system's own word for the state."""


def read_item(item: Mapping[str, Any], fields: Fields, states: Mapping[str, ContentState]) -> Said | Lack:
    """One item. A version that cannot be told is `no_content`. An unknown state counts as `in_review`, and so does approval whose end cannot be read:
    nothing goes out with either."""
    ref = _ref(item, fields)
    if ref is None:
        return "no_content"
    word = found(item, fields.state)
    state = state_of(word, states)
    expires = _instant(found(item, fields.expires)) if fields.expires is not None else None
    told: dict[str, Any] = {"ref": ref, "expires": expires, "as_said": str(word)[:100] if word is not None else ""}
    if state is None:
        return Said(state=ContentState.IN_REVIEW, lack="unknown_state", **told)
    unreadable = fields.expires is not None and expires is None and found(item, fields.expires) not in (None, "")
    if state is ContentState.APPROVED and unreadable:
        return Said(state=ContentState.IN_REVIEW, lack="no_expiry", **told)
    return Said(state=state, **told)


def state_of(word: object, states: Mapping[str, ContentState]) -> ContentState | None:
    """Which of our states the system's word stands for, whatever its case; None where nobody mapped it."""
    known = {name.casefold(): state for name, state in states.items()}
    return known.get(word.strip().casefold()) if isinstance(word, str) else None


def found(item: object, path: str) -> Any:
    """The value at a path of keys; None where it leads nowhere. A list of one value, as some systems write theirs, is that value."""
    for key in path.split("."):
        item = item.get(key) if isinstance(item, Mapping) else None
    return item[0] if isinstance(item, list) and len(item) == 1 else item


def _ref(item: Mapping[str, Any], fields: Fields) -> ContentRef | None:
    name, version = found(item, fields.content), found(item, fields.version) if fields.version is not None else None
    try:
        return ContentRef.parse(f"{name}@{version}" if fields.version is not None else name)
    except ValueError:
        return None


def _instant(written: object) -> datetime | None:
    """An instant with its zone, or a date, which ends with its day in UTC."""
    if isinstance(written, str) and len(written) == len("2027-03-01"):
        written = f"{written}T23:59:59Z"
    try:
        return _INSTANT.validate_python(written).astimezone(UTC) if isinstance(written, str) else None
    except ValidationError:
        return None
