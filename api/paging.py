"""Pages by key: a cursor names the last row seen, so a page costs the same wherever it lies and rows that arrive meanwhile shift nothing."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Query

from api.schemas.shapes import Page, Told

Row = TypeVar("Row")
Shown = TypeVar("Shown", bound=Told)

DEFAULT, MOST = 20, 100


class BadCursorError(Exception):
    """The cursor is not one that this list gave out."""


@dataclass(frozen=True)
class Cursor:
    """The sort key of the last row seen, as text."""

    key: tuple[str, ...]

    def instant(self, place: int) -> datetime:
        """A part of the key as an instant. Raises BadCursorError."""
        try:
            found = datetime.fromisoformat(self.text(place))
        except ValueError as error:
            raise BadCursorError from error
        if found.tzinfo is None:
            raise BadCursorError
        return found

    def number(self, place: int) -> int:
        """A part of the key as a whole number that a database can hold. Raises BadCursorError."""
        text = self.text(place)
        if not text.isascii() or not text.isdecimal() or len(text) > len(str(2**31)):
            raise BadCursorError
        return int(text)

    def text(self, place: int) -> str:
        """A part of the key. Raises BadCursorError."""
        if place >= len(self.key) or "\x00" in self.key[place]:
            raise BadCursorError
        return self.key[place]


@dataclass(frozen=True)
class Slice:
    """Which part of a list is asked for: `limit` rows after the cursor."""

    limit: int = DEFAULT
    after: Cursor | None = None


@dataclass(frozen=True)
class Batch(Generic[Row]):
    """The rows found, and the cursor after the last of them where there are more."""

    rows: tuple[Row, ...]
    next: Cursor | None = None

    @classmethod
    def of(cls, rows: list[Row], cut: Slice, key: Callable[[Row], tuple[object, ...]]) -> "Batch[Row]":
        """Cut what was found, one row more than asked for, down to the slice."""
        kept = tuple(rows[: cut.limit])
        if len(rows) <= cut.limit or not kept:
            return cls(kept)
        last = (part.isoformat() if isinstance(part, datetime) else str(part) for part in key(kept[-1]))
        return cls(kept, Cursor(tuple(last)))


def encode(cursor: Cursor) -> str:
    """A cursor as callers pass it around: opaque to them."""
    return base64.urlsafe_b64encode(json.dumps(cursor.key).encode()).decode().rstrip("=")


def decode(written: str) -> Cursor:
    """Read a cursor that `encode` wrote. Raises BadCursorError for anything else."""
    try:
        key = json.loads(base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True))
        json.dumps(key, ensure_ascii=False).encode()  # half of a character is no part of a key
    except (binascii.Error, ValueError) as error:
        raise BadCursorError from error
    if not isinstance(key, list) or not all(isinstance(part, str) for part in key):
        raise BadCursorError
    return Cursor(tuple(key))


def asked(
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = DEFAULT,
    cursor: Annotated[str | None, Query(max_length=500, description="`next` of the page before.")] = None,
) -> Slice:
    """The slice that a request asks for, as a dependency."""
    return Slice(limit, decode(cursor) if cursor else None)


def page(batch: Batch[Row], show: Callable[[Row], Shown]) -> Page[Shown]:
    """A batch as it is told."""
    return Page(items=tuple(show(row) for row in batch.rows), next=encode(batch.next) if batch.next else None)
