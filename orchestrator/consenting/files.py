"""A file of consents as rows: CSV with a header, or JSON with one object a line. A bad row costs itself alone; an unknown column or a missing one is an error
of the whole file, because every row would mean something else."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import ValidationError

from orchestrator.consenting.rows import Read, Refused, Row, Why
from orchestrator.registries.entries import TOLD, Problem
from orchestrator.registries.records import Record, records

NEEDED = tuple(name for name, field in Row.model_fields.items() if field.is_required())
KNOWN = tuple(Row.model_fields)


class Format(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"


class ConsentFileError(Exception):
    """The file cannot be used as a whole. The message says where and what to do."""


@contextmanager
def opened(path: Path, kind: Format) -> Iterator[Iterator[Read | Refused]]:
    """The rows of the file. Raises ConsentFileError where it cannot be used."""
    try:
        with path.open("rb") as file:
            yield _csv(file, path.name) if kind is Format.CSV else _json_lines(file)
    except OSError as error:
        raise ConsentFileError(f"{path}: {error.strerror}") from None


def _csv(file: BinaryIO, name: str) -> Iterator[Read | Refused]:
    rows = records(file)
    header = next(rows, None)
    if not isinstance(header, Record):
        raise ConsentFileError(f"{name}:1:1: the first line must name the columns: {', '.join(KNOWN)}")
    columns = {column.strip(): number for number, column in enumerate(header.values, start=1)}
    _require(columns, name)
    for row in rows:
        if isinstance(row, Problem):
            yield Refused(line=row.line, why=Why.UNREADABLE, told=TOLD[row.reason])
        elif any(value.strip() for value in row.values):
            said = {column: value for column, number in columns.items() if (value := row.values[number - 1].strip())}
            yield _read(row.line, said, columns)


def _require(columns: dict[str, int], name: str) -> None:
    for column, number in columns.items():
        if column not in KNOWN:
            raise ConsentFileError(f"{name}:1:{number}: there is no column {column[:64]!r}; known are {', '.join(KNOWN)}")
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise ConsentFileError(f"{name}:1:1: these columns are missing: {', '.join(missing)}")


def _json_lines(file: BinaryIO) -> Iterator[Read | Refused]:
    for line, raw in enumerate(file, start=1):
        if not raw.strip():
            continue
        try:
            text = raw.decode()
            said = json.loads(text)
        except json.JSONDecodeError as error:
            yield Refused(line=line, column=error.colno, why=Why.UNREADABLE, told="the line is not JSON")
        except UnicodeDecodeError as error:
            yield Refused(line=line, column=error.start + 1, why=Why.UNREADABLE, told="the line is not UTF-8")
        else:
            if not isinstance(said, dict):
                yield Refused(line=line, why=Why.UNREADABLE, told="the line is not an object")
                continue
            yield _read(line, said, {name: max(1, text.find(json.dumps(name)) + 1) for name in said})


def _read(line: int, said: dict[str, Any], columns: dict[str, int]) -> Read | Refused:
    try:
        return Read(line, Row.model_validate(said), columns)
    except ValidationError as invalid:
        error = invalid.errors(include_url=False, include_input=False)[0]
        field = str(error["loc"][0]) if error["loc"] else ""
        told = {"missing": "is missing", "extra_forbidden": "is no known field"}.get(error["type"], error["msg"].removeprefix("Value error, ").lower())
        return Refused(line=line, column=columns.get(field, 1), why=Why.INVALID, told=f"{field}: {told}" if field else told)
