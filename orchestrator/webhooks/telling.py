"""The shapes between a provider's words and ours: what was delivered at the door, why it is not let in, and what one row of it tells."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol


class Kind(StrEnum):
    """What a provider can tell of a message. The last three are told and kept, and nothing follows from them."""

    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    BOUNCED = "bounced"
    """It came back for good: there is no such address."""
    SOFT_BOUNCED = "soft_bounced"
    """It came back, or never went, and the address may be good."""
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    MACHINE_OPENED = "machine_opened"
    """A program fetched the pictures, or followed a link, before anybody looked: where the provider says so."""
    DELAYED = "delayed"
    NOTED = "noted"
    """A stage of the provider's own, such as that it has taken the message, or has a subscription."""


class Refusal(StrEnum):
    """Why a delivery is not let in: a code of docs/problems.md."""

    SIGNATURE_INVALID = "signature_invalid"
    STALE = "stale"
    REPLAYED = "replayed"
    INVALID = "invalid"


@dataclass(frozen=True)
class Delivery:
    """A request as it came: header names in small letters, the body as the bytes that were signed."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    target: str = ""
    """Path and query, as they were asked for."""


class Told(NamedTuple):
    """One row of a provider, in our words. It holds no address and no words of a person."""

    source_id: str
    """The provider's id of this event; where it gives none, the digest of the row."""
    event: str
    """The provider's own word."""
    kind: Kind | None
    """None: a word that we do not know."""
    at: datetime | None
    """None where the row does not say."""
    message: str | None = None
    """What we called the message, where the provider gives back what it was handed (`dirigent_message`)."""
    provider_id: str | None = None
    message_id: str | None = None
    code: str | None = None
    """A detail, such as 5.1.1."""


class Unread(NamedTuple):
    """One row that cannot be read. The rows beside it are taken all the same."""

    number: int
    why: str


Rows = tuple[Told | Unread, ...]


class Provider(Protocol):
    """One provider at the door."""

    async def refused(self, given: Delivery, *, now: datetime) -> Refusal | None:
        """Why the delivery is not let in; None where the provider has proved that it speaks, lately enough. `now` is a real time."""
        ...

    def token(self, given: Delivery) -> str | None:
        """What must not come twice, where the provider signs such a thing."""
        ...

    def read(self, given: Delivery) -> Rows:
        """What it tells. Raises ValueError where the whole of it cannot be read."""
        ...


UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What reading something odd may raise, and no more: whoever reads what others wrote answers it as unreadable, and goes on."""

OURS = "dirigent_message"
"""The name under which a message carries our own id to the provider and back."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ahead of ours a provider's clock may be."""


def fresh(seconds: str, *, now: datetime, tolerance: timedelta) -> bool:
    """Whether a timestamp in Unix seconds lies close enough: not older than the tolerance, and not ahead of what clocks differ by."""
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= 11):  # noqa: PLR2004 - eleven digits of seconds reach the year 5138
        return False
    return -CLOCKS_DIFFER <= now - datetime.fromtimestamp(int(seconds), UTC) <= tolerance


def each(rows: Iterable[Any], tell: Callable[[Mapping[str, Any]], Told]) -> Rows:
    """Read row by row; one that cannot be read is told as such."""
    return tuple(_each(rows, tell))


def _each(rows: Iterable[Any], tell: Callable[[Mapping[str, Any]], Told]) -> Iterator[Told | Unread]:
    for number, row in enumerate(rows):
        try:
            yield tell(mapping(row))
        except UNREADABLE as wrong:
            yield Unread(number, type(wrong).__name__)


def document(body: bytes) -> Any:
    """The JSON of a body. Raises ValueError."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object. Raises TypeError for anything else."""
    if not isinstance(value, dict):
        raise TypeError("is no JSON object")
    return value


def inside(row: Mapping[str, Any], *names: str) -> Any:
    """What lies at a path of names, or None."""
    value: Any = row
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def clean(written: str) -> str:
    """Text as it can be stored: without NUL, and with a question mark for half of a character, which JSON and old mail programs let through."""
    return written.encode("utf-8", "replace").decode().replace("\x00", "")


def text(value: object, *, most: int = 200) -> str | None:
    """An id or code from outside, cut to what is kept; None where there is none."""
    if value is None or isinstance(value, (dict, list, bool)):
        return None
    return clean(str(value)).strip()[:most] or None


def digest_of(row: object) -> str:
    """What names a row that has no id: the same row again has the same name."""
    return hashlib.sha256(json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def instant(written: object) -> datetime | None:
    """A point in time as providers write it: Unix seconds, with fractions or without, or ISO 8601 with its zone. None for anything else."""
    try:
        if isinstance(written, (int, float)) and not isinstance(written, bool):
            return datetime.fromtimestamp(written, UTC)
        if isinstance(written, str) and written.replace(".", "", 1).isdecimal():
            return datetime.fromtimestamp(float(written), UTC)
        found = datetime.fromisoformat(written) if isinstance(written, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
