"""The catalogue of outside events that journeys may be entered by, wait for and be left by: what each is called, its key and its typed fields.

It is data of the library (events.yaml). An event carries codes, numbers, dates and flags, never words about a person: whatever comes in
is checked against its declaration here before anything is remembered.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from journeys.facts import Wall
from journeys.shapes import Authored, Slug

FieldType = Literal["date", "instant", "number", "flag", "code"]
"""A day as "2027-03-04"; a point in time with its zone; a whole number; true or false; a word without spaces."""

DATES = ("date", "instant")
"""The types that tell a point in time."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}")
_PERSONAL = re.compile(r"(^|_)(name|surname|email|e_mail|mail|phone|mobile|address|birth|birthday|gender|ssn|npi|text|remark|comment|note|message)(_|$)")


class EventField(Authored):
    """One field of an event. `required` fields come with every event of the kind."""

    type: FieldType
    told: str = Field(max_length=200)
    """What it means, in a sentence."""
    values: tuple[Slug, ...] = ()
    """The codes that it may have; any, where none are listed."""
    required: bool = False

    @model_validator(mode="after")
    def _codes_only(self) -> Self:
        if self.values and self.type != "code":
            raise ValueError("only a code lists its values")
        return self


class CloudMapping(Authored):
    """How a CloudEvent comes to be an event of this kind: by its type; its subject is an id of the person, and what we declare is found in its data."""

    types: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(min_length=1)
    persons: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Whose id of the person the subject is, as the crosswalk names that source; none where it is the id of the person here."""
    fields: dict[Slug, Annotated[str, Field(pattern=r"^[^.\s]{1,64}(\.[^.\s]{1,64}){0,7}$")]] = {}
    """Where a field stands in the data, as names with full stops between. One that is not named stands under its own name."""


class OutsideEvent(Authored):
    """One kind of event of the outside. Its key tells two of the same kind apart: this appointment, not another."""

    event: Slug
    title: str = Field(max_length=80)
    source: str = Field(max_length=200)
    """Where it comes from."""
    wall: Wall = Wall.OPEN
    """Whose it is: a medical event is out of reach of journeys, a commercial one of medical responses."""
    key: Slug | None = None
    """The field that is its key."""
    fields: dict[Slug, EventField] = {}
    cloud: CloudMapping | None = None
    """Which CloudEvents are of this kind. Without it, one whose type is the event's own name."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        personal = [name for name in self.fields if _PERSONAL.search(name)]
        if personal:
            raise ValueError(f"a field called {personal[0]} would hold personal data or free text: events carry codes, numbers, dates and flags")
        if self.key is not None and (self.key not in self.fields or self.fields[self.key].type not in ("code", "number")):
            raise ValueError(f"its key {self.key} is one of its fields, a code or a number")
        stray = [name for name in self.cloud.fields if name not in self.fields] if self.cloud is not None else []
        if stray:
            raise ValueError(f"{stray[0]}, which a CloudEvent is to fill, is none of its fields")
        return self


class Wrong(StrEnum):
    """What can be wrong with a field of an event that comes in."""

    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_VALUE = "unknown_value"


@dataclass(frozen=True)
class FieldProblem:
    """One field that is not as declared, why, and what would be right. It never repeats the value, which might be personal."""

    field: str
    wrong: Wrong
    told: str


def check(event: OutsideEvent, fields: Mapping[str, object]) -> tuple[FieldProblem, ...]:
    """Everything that is wrong with the fields of an event that comes in, in the order of the declaration; nothing where it is as declared."""
    return tuple(_problems(event, fields))


def picked(event: OutsideEvent, data: object) -> dict[str, object]:
    """What is declared of an event, as it stands in the data of a CloudEvent; everything else is left where it is, unread."""
    where = event.cloud.fields if event.cloud is not None else {}
    found = {name: _inside(data, where.get(name, name).split(".")) for name in event.fields}
    return {name: value for name, value in found.items() if value is not None}


def _inside(data: object, path: Sequence[str]) -> object:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def key_of(event: OutsideEvent, fields: Mapping[str, object]) -> str | None:
    """The event's key as text: the number 17 and the text "17" are the same key. None where it has none."""
    value = fields.get(event.key) if event.key is not None else None
    return None if value is None else str(value)


def fits(field: EventField, value: object) -> bool:
    """Whether a value is of the field's type; a key may be a number where a code is declared, and is then told apart by its digits."""
    match field.type:
        case "flag":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "code":
            return isinstance(value, str) and _CODE.fullmatch(value) is not None
        case "date" | "instant":
            return isinstance(value, str) and _is_time(value, whole_day=field.type == "date")


def wanted(field: EventField) -> str:
    """What to write for a field, in words."""
    match field.type:
        case "flag":
            return "true or false"
        case "number":
            return "a whole number"
        case "code":
            return f"one of {', '.join(field.values)}" if field.values else "a code: letters, digits and _ . : / -, at most 64, without spaces"
        case "date":
            return 'a day, such as "2027-03-04"'
        case "instant":
            return 'a date and time with its zone, such as "2027-03-04T17:00:00Z"'


def _problems(event: OutsideEvent, fields: Mapping[str, object]) -> Iterator[FieldProblem]:
    for name, field in event.fields.items():
        value = fields.get(name)
        keyed = name == event.key and isinstance(value, int) and not isinstance(value, bool)
        if value is None:
            if field.required or name == event.key:
                yield FieldProblem(name, Wrong.MISSING_FIELD, f"{event.event} comes with {wanted(field)}")
        elif not fits(field, value) and not keyed:
            yield FieldProblem(name, Wrong.WRONG_TYPE, f"give {wanted(field)}")
        elif field.values and value not in field.values:
            yield FieldProblem(name, Wrong.UNKNOWN_VALUE, f"give {wanted(field)}")
    for name in fields:
        if name not in event.fields:
            yield FieldProblem(name[:64], Wrong.UNKNOWN_FIELD, f"{event.event} has {', '.join(event.fields) or 'no fields'}")


def _is_time(written: str, *, whole_day: bool) -> bool:
    try:
        if whole_day:
            return date.fromisoformat(written).isoformat() == written
        return datetime.fromisoformat(written).tzinfo is not None
    except ValueError:
        return False
