"""A CRM as the house knows it, and how one answers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple, Protocol

from orchestrator.crm.records import Arrived, Arriving, Cursor, Kind, Record


class Written(NamedTuple):
    """The CRM has it, under this id of its own."""

    crm_id: str


class Refused(NamedTuple):
    """It will not take this one, however often it is asked."""

    code: str


class Later(NamedTuple):
    """It may take this one another time."""

    code: str


Told = Written | Refused | Later


class Upserted(NamedTuple):
    """What became of each record, in the order in which they were given. `rest`: for how long it wants to be left alone now."""

    told: tuple[Told, ...]
    rest: timedelta | None = None


class Page(NamedTuple):
    """Rows in order of change, and where to go on. `more`: whether more are there now."""

    rows: tuple[Arrived, ...]
    cursor: Cursor
    more: bool
    rest: timedelta | None = None


class Denied(NamedTuple):
    """The request as a whole is wrong: by its mapping, or by one record that spoils it for the others."""

    code: str


class Away(NamedTuple):
    """Nobody knows what became of it: no answer, none that can be read, or one of trouble. Asking again does no harm."""

    code: str
    rest: timedelta | None = None


class Crm(Protocol):
    """Writing is by our external id, so that a record that is written twice is there once."""

    def lacks(self, record: Record) -> str | None:
        """Why the record cannot be put into the CRM's words: a code such as `unmapped_product`; None where it can."""
        ...

    async def upsert(self, kind: Kind, records: Sequence[Record]) -> Upserted | Denied | Away:
        """Write records of one kind, none of which lacks anything."""
        ...

    async def changed(self, kind: Arriving, since: Cursor) -> Page | Denied | Away:
        """The next page of what was changed after the cursor. A row may come twice, and none is left out."""
        ...
