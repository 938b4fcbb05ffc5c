"""Enrolments: made with the start of their run in the outbox, and read as the projection that the run leaves."""

from datetime import datetime
from typing import Any

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports import NotEnrolled
from api.rows import EnrolmentRow, PersonRow
from api.who import Role, Who
from journeys.definitions import Definition
from orchestrator.store import audit, outbox
from orchestrator.store.desk.adding import added
from orchestrator.store.desk.entry import entering, entrant, stands_in_the_way
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Alignment, Enrolment, Person, User

_COPIED = tuple(EnrolmentRow.__dataclass_fields__)
_RUNNING = NotEnrolled("already_enrolled", "The HCP is in this journey already: one run at a time.")


class StoredEnrolments:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(self, who: Who, person: PersonRow, definition: Definition, *, once: Once, now: datetime) -> EnrolmentRow | NotEnrolled:
        enrolment_id = f"enr{once.id('enrolment')}"
        async with transaction(self._engine) as session:
            hcp = await session.get_one(Person, person.id, with_for_update=True)
            made = await session.get(Enrolment, enrolment_id)
            if made is not None:  # the same request, cut short before it was answered
                return _row(made)
            refused = stands_in_the_way(await entrant(session, hcp, definition, now=now), definition, now=now)
            if refused is not None:
                return refused
            return await _enrol(session, who, hcp, definition, enrolment_id=enrolment_id, now=now)

    async def page(self, who: Who, *, status: str | None, journey: str | None, person_id: str | None, cut: Slice) -> Batch[EnrolmentRow]:
        order = (col(Enrolment.created_at), col(Enrolment.id))
        wanted = _seen_by(who).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        for column, asked in ((Enrolment.status, status), (Enrolment.journey, journey), (Enrolment.person_id, person_id)):
            if asked is not None:
                wanted = wanted.where(col(column) == asked)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = [_row(enrolment) for enrolment in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.created_at, row.id))

    async def find(self, who: Who, enrolment_id: str) -> EnrolmentRow | None:
        async with transaction(self._engine) as session:
            enrolment = (await session.exec(_seen_by(who).where(Enrolment.id == enrolment_id))).first()
        return _row(enrolment) if enrolment is not None else None


async def _enrol(session: AsyncSession, who: Who, hcp: Person, definition: Definition, *, enrolment_id: str, now: datetime) -> EnrolmentRow | NotEnrolled:
    conductor = who.id if who.role is Role.REP else await _rep_of(session, hcp.territory_id)
    new = entering(hcp, definition, enrolment_id=enrolment_id, conductor=conductor, created_by=who.id, now=now)
    # The person's lock keeps other entries out; the unique index says so once more.
    if not await added(session, new):
        return _RUNNING
    await outbox.start(session, enrolment_id)
    subject, details = f"enrolment:{enrolment_id}", {"person": hcp.id, "journey": definition.journey, "version": definition.version}
    await audit.record(session, by=who.id, role=who.role, action="enrolment.created", subject=subject, details=details, now=now)
    return _row(new)


async def _rep_of(session: AsyncSession, territory_id: str | None) -> str | None:
    """The rep of a territory: of several, the one whose id comes first, so that the answer does not waver."""
    aligned = select(User.id).join(Alignment).where(Alignment.territory_id == territory_id, User.role == Role.REP, User.active).order_by(User.id)
    return (await session.exec(aligned)).first()


def _seen_by(who: Who) -> Any:
    return select(Enrolment).join(Person, col(Person.id) == col(Enrolment.person_id)).where(in_scope(who))


def _row(enrolment: Enrolment) -> EnrolmentRow:
    return EnrolmentRow(**{name: getattr(enrolment, name) for name in _COPIED})
