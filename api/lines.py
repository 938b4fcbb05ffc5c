"""Turns lines of the timeline into what a role may read: a sentence and its codes."""

from api import telling
from api.paging import Batch, encode
from api.ports import Ports
from api.rows import TimelineRow
from api.schemas.shapes import Page
from api.schemas.timeline import LineForCommercial, LineForMedical, TimelineLine
from api.who import Who
from journeys.definitions import Definition
from journeys.facts import Wall

_SHARED = ("side", "what", "enrolment_id", "dispatch_id", "by", "at", "arrived_at")
_CODES = ("step", "key", "way", "to", "reason", "until", "channel", "remark")
_OWN_TASK = {"task_closed", "snoozed", "reassigned"}


async def page(house: Ports, who: Who, batch: Batch[TimelineRow]) -> Page[TimelineLine]:
    """A page of lines. Definitions are read once for all of them."""
    definitions = await house.definitions.read(sorted({version for row in batch.rows if (version := _version(row)) is not None}))
    items = tuple(line(row, who, definitions.get(_version(row) or ("", 0))) for row in batch.rows)
    return Page(items=items, next=encode(batch.next) if batch.next else None)


def line(row: TimelineRow, who: Who, definition: Definition | None) -> TimelineLine:
    """One line. Medical reads the codes of its own tasks only; where the journey leads says how sales rates the HCP."""
    shared = {name: getattr(row, name) for name in _SHARED}
    codes = {name: getattr(row, name) for name in _CODES}
    by = row.by_name or row.by
    if who.sees(Wall.COMMERCIAL):
        told = telling.sentence(row, definition=definition, by=by)
        return LineForCommercial(**shared, **codes, sentence=told, journey=row.journey, version=row.version)
    told = telling.for_medical(row, definition=definition, by=by)
    return LineForMedical(**shared, **(codes if row.what in _OWN_TASK or row.dispatch_id is not None else {}), sentence=told)


def _version(row: TimelineRow) -> tuple[str, int] | None:
    """The version of the journey that the line is of; None where it is of none."""
    return (row.journey, row.version) if row.journey is not None and row.version is not None else None
