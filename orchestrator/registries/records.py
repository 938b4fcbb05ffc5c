"""A CSV file as records, each with the physical line it starts on. One broken record costs itself only: a stray quotation mark, which would make an
ordinary reader swallow what follows up to the next one, is given up after its own line, and reading goes on with the next."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from orchestrator.registries.entries import Problem, Reason

LONGEST_LINE = 1_000_000
"""Bytes. No register has a longer line; a file without line ends must not be read into memory whole."""
MOST_LINES = 20
"""Physical lines that one record may span through line ends inside quotation marks."""


class Record(NamedTuple):
    line: int
    values: list[str]


def records(file: BinaryIO) -> Iterator[Record | Problem]:
    """Read from the file's beginning. Every record has as many values as the first one, which is the header; all others are problems."""
    lines = _Lines(file)
    width: int | None = None
    while (first := lines.next()) is not None:
        number = lines.number
        values = _values(first, lines, width)
        if isinstance(values, Reason):
            yield Problem(line=number, reason=values)
            continue
        width = width or len(values)
        yield Record(number, values)


def _values(first: bytes, lines: "_Lines", width: int | None) -> list[str] | Reason:
    whole, followers = first, list[bytes]()
    while whole.count(b'"') % 2 and len(followers) < MOST_LINES and (follower := lines.next()) is not None:
        followers.append(follower)
        whole += follower
    values = _parse(whole)
    flaw = _flaw(whole, values, width)
    if followers and flaw in (Reason.QUOTES, Reason.COLUMNS):
        lines.give_back(followers)
        return Reason.QUOTES
    return flaw or values or []


def _parse(whole: bytes) -> list[str] | None:
    if len(whole) >= LONGEST_LINE or whole.count(b'"') % 2:
        return None
    try:
        return next(csv.reader([whole.decode(errors="surrogateescape").rstrip("\r\n")], strict=True), [])
    except csv.Error:
        return None


def _flaw(whole: bytes, values: list[str] | None, width: int | None) -> Reason | None:
    if values is None:
        return Reason.QUOTES
    if width is not None and len(values) != width:
        return Reason.COLUMNS if whole.strip() else Reason.BLANK
    if b"\0" in whole:
        return Reason.NUL
    return None if _decodes(whole) else Reason.ENCODING


def _decodes(whole: bytes) -> bool:
    try:
        whole.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Lines:
    """Physical lines with their numbers, and the possibility to give some back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._returned: deque[bytes] = deque()
        self.number = 0

    def next(self) -> bytes | None:
        line = self._returned.popleft() if self._returned else self._read()
        self.number += bool(line)
        return line or None

    def give_back(self, lines: list[bytes]) -> None:
        self._returned.extendleft(reversed(lines))
        self.number -= len(lines)

    def _read(self) -> bytes:
        line = self._file.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := self._file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                continue
        return line.removeprefix(b"\xef\xbb\xbf") if self.number == 0 else line
