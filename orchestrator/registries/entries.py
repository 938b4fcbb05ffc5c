"""What a register's row comes to: a person, an organisation, the word that somebody left the register, or a problem."""

import hashlib
from collections.abc import Iterator
from enum import StrEnum

from pydantic import Field

from journeys.shapes import Stored


class Reason(StrEnum):
    """Why a row was skipped."""

    BLANK = "blank"
    COLUMNS = "columns"
    DEACTIVATED = "deactivated"
    DUPLICATE = "duplicate"
    ENCODING = "encoding"
    ENTITY_TYPE = "entity_type"
    MARKET = "market"
    NAME = "name"
    NPI_FORMAT = "npi_format"
    NPI_LUHN = "npi_luhn"
    NUL = "nul"
    QUOTES = "quotes"


TOLD: dict[Reason, str] = {
    Reason.BLANK: "the row is empty",
    Reason.COLUMNS: "the row has not as many columns as the header",
    Reason.DEACTIVATED: "the number was deactivated, and nobody here is known by it",
    Reason.DUPLICATE: "a later row of this file has the same number and replaces this one",
    Reason.ENCODING: "the row is not UTF-8",
    Reason.ENTITY_TYPE: "the row is neither of a person (1) nor of an organisation (2)",
    Reason.MARKET: "the place of practice is outside the United States",
    Reason.NAME: "the row has no name",
    Reason.NPI_FORMAT: "the number is not ten digits that start with 1 or 2",
    Reason.NPI_LUHN: "the number's check digit is wrong",
    Reason.NUL: "the row holds a NUL character",
    Reason.QUOTES: "a quotation mark is not closed, or the row is longer than any real one",
}


class Problem(Stored):
    """A skipped row: the physical line on which it starts, counted from 1, and its number where it could be read."""

    line: int
    reason: Reason
    npi: str | None = None

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}{f' (NPI {self.npi})' if self.npi else ''}: {TOLD[self.reason]}"


class Entry(Stored):
    """A good row, with its place in the file."""

    line: int = Field(exclude=True)
    npi: str

    @property
    def digest(self) -> str:
        """SHA-256 of what we take from the row: a change in a column that nobody reads is none."""
        return hashlib.sha256(f"{type(self).__name__}:{self.model_dump_json()}".encode()).hexdigest()


class RegisteredPerson(Entry):
    given_name: str
    family_name: str
    salutation: str | None = None
    profession: str
    specialty: str | None = None
    zone: str | None = None


class RegisteredOrganisation(Entry):
    name: str
    zone: str | None = None


class Deactivated(Entry):
    """The number is no longer in force. The register blanks everything else, so it does not tell a person from an organisation."""


Row = RegisteredPerson | RegisteredOrganisation | Deactivated
Rows = Iterator[Row | Problem]
