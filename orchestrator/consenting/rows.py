"""What one row of a file of consents may say, and what is wrong with one that is not taken."""

from enum import StrEnum
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from journeys.content import Language
from journeys.definitions import Purpose
from journeys.shapes import Authored, Instant, Market, Slug, Stored

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class Row(Authored):
    """One act, as the other system has it. docs/consents.md describes each column."""

    source_id: Text
    """The act's own id there: it is taken once."""
    person: Text | None = None
    """The OneID; or else the crosswalk's source and value."""
    id_source: Text | None = None
    id_value: Text | None = None
    act: Literal["given", "withdrawn"]
    channel: Slug
    purpose: Purpose
    """Said in so many words: a consent to information is none to promotion."""
    product: Slug | None = None
    market: Market | None = None
    text_version: Text | None = None
    language: Language | None = None
    method: Slug
    captured_by: Text | None = None
    proof: Text | None = None
    at: Instant
    expires: Instant | None = None

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        by_crosswalk = self.id_source is not None and self.id_value is not None
        if (self.person is None) is not by_crosswalk:
            raise ValueError("name the person by `person`, or by `id_source` and `id_value` together")
        return self


class Why(StrEnum):
    """Why a row is not taken."""

    UNREADABLE = "unreadable"
    INVALID = "invalid"
    PERSON_UNKNOWN = "person_unknown"
    IN_THE_FUTURE = "in_the_future"
    TEXT_MISSING = "text_missing"
    TEXT_UNKNOWN = "text_unknown"
    TEXT_DIFFERS = "text_differs"
    PROOF_MISSING = "proof_missing"
    OBJECTED = "objected"
    CHANGED = "changed"


class Refused(Stored):
    """A row that was not taken: where it stands, and why. Of CSV the column is the number of the column, of JSON lines that of the character."""

    line: int = Field(ge=1)
    column: int = Field(1, ge=1)
    why: Why
    told: str

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.why}: {self.told}"


class Read(NamedTuple):
    """A good row with the line that it starts on, and where each of its fields stands."""

    line: int
    row: Row
    columns: dict[str, int]

    def refused(self, why: Why, told: str, *, field: str = "source_id") -> Refused:
        """Why it is not taken, at the field that it is about."""
        return Refused(line=self.line, column=self.columns.get(field, 1), why=why, told=told)
