"""The right to object to direct marketing, profiling included (GDPR Art. 21(2) and (3)): recorded once, told to every promotional run at once, and kept
on a stop list of hashes, so that a record that is made anew is an objector's from its first moment, wherever it comes from."""

from datetime import UTC, datetime

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.commands import What
from journeys.consents import RECIPIENT
from journeys.events import Objected
from journeys.facts import Wall
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit, outbox
from orchestrator.store.addresses import sharing
from orchestrator.store.desk.adding import added
from orchestrator.store.tables import ExternalId, Objection, Person, Suppression, TimelineEntry

REMEMBERED = "remembered"
"""The method of an objection that a record inherits from another of the same address, now or from the stop list."""


async def object_to_marketing(session: AsyncSession, new: Objection, *, role: str) -> datetime:
    """Record an objection and return when the person objected: now, or when they did it before. Every other record of an address of theirs is an
    objector's too, at once."""
    people = await sharing(session, new.person_id)
    if not await added(session, new):
        count_in(session, Dropped.REQUEST, REPEATED)
        return (await session.exec(select(Objection.at).where(Objection.person_id == new.person_id))).one()
    await _suppress(session, new)
    for person in people:
        inherited = Objection(id=f"{REMEMBERED}-{person.id}", person_id=person.id, method=REMEMBERED, captured_by=audit.HOUSE, at=new.at)
        if person.id == new.person_id or await added(session, inherited):
            await outbox.tell_person(session, person.id, Objected(id=new.id))
            session.add(_line(person, new))
            await audit.record(
                session, by=new.captured_by, role=role, action="objection.recorded", subject=f"person:{person.id}", details=_whose(new, person), now=new.at
            )
    return new.at


async def recall(session: AsyncSession, person_id: str) -> None:
    """The person has another address now. The database has compared it with the stop list; where it is an objector's, their runs are told. Where the
    person is one, the address goes on the list."""
    objection = (await session.exec(select(Objection).where(Objection.person_id == person_id))).first()
    if objection is None:
        return
    await _suppress(session, objection)
    await outbox.tell_person(session, person_id, Objected(id=objection.id))


def _line(person: Person, new: Objection) -> TimelineEntry:
    """The objection as a line of the person's story, which both sides read."""
    by = new.captured_by if new.captured_by != RECIPIENT else None
    return TimelineEntry(
        person_id=person.id, line=0, side=Wall.OPEN, what=What.OBJECTED, key=new.id, reason=new.method, by=by, at=new.at, arrived_at=datetime.now(UTC)
    )


def _whose(new: Objection, person: Person) -> dict[str, str]:
    return {} if person.id == new.person_id else {"objected_as": new.person_id}


async def _suppress(session: AsyncSession, objection: Objection) -> None:
    """Put every address and number of the person on the stop list, as hashes that the database makes under a key of its own."""
    person = await session.get_one(Person, objection.person_id)
    numbers = (await session.exec(select(ExternalId).where(ExternalId.person_id == person.id))).all()
    known = [("email", (person.email or "").lower()), ("mobile", person.mobile or ""), *((f"id {number.source}", number.value) for number in numbers)]
    entries = [{"hash": func.suppression_hash(kind, value), "at": objection.at} for kind, value in known if value]
    if entries:
        await session.exec(insert(Suppression).values(entries).on_conflict_do_nothing())
