"""Enrolments: made with the start of their run in the outbox, and read as the projection that the run leaves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports import NotEnrolled
from api.rows import EnrolmentRow, PersonRow
from api.who import Role, Who
from journeys.definitions import Definition
from journeys.position import Standing
from journeys.state import EndKind
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.entering import Entrance, enter, leave_queue, locked
from orchestrator.store.standings import lines_of
from orchestrator.store.tables import Enrolment, Person, Turn
from orchestrator.store.turns import QUEUED

_COPIED = tuple(name for name in EnrolmentRow.__dataclass_fields__ if name not in ("busy_with", "lines"))


class StoredEnrolments:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(
        self, who: Who, person: PersonRow, definition: Definition, *, key: str | None = None, once: Once, now: datetime
    ) -> EnrolmentRow | NotEnrolled:
        enrolment_id = f"enr{once.id('enrolment')}"
        async with transaction(self._engine) as session:
            hcp = await locked(session, person.id)
            made = await session.get(Enrolment, enrolment_id)
            if made is not None:  # the same request, cut short before it was answered
                count_in(session, Dropped.REQUEST, REPEATED)
                return _row(made)
            entrance = Entrance(by=who.id, role=who.role, conductor=who.id if who.role is Role.REP else None, key=key)
            entered = await enter(session, hcp, definition, entrance, enrolment_id=enrolment_id, now=now)
            if isinstance(entered, NotEnrolled):
                return entered
            waits = await session.get(Turn, entered.id)
            return _row(await session.get_one(Enrolment, entered.id), waits.busy_with if waits is not None else None)

    async def leave_queue(self, who: Who, enrolment_id: str, *, reason: str, now: datetime) -> bool:
        async with transaction(self._engine) as session:
            enrolment = await session.get_one(Enrolment, enrolment_id)
            await locked(session, enrolment.person_id)
            await session.refresh(enrolment)
            if enrolment.status != QUEUED:
                return False
            await leave_queue(session, enrolment, kind=EndKind.LEFT, reason=reason, now=now)
            subject = f"enrolment:{enrolment_id}"
            await audit.record(session, by=who.id, role=who.role, action="enrolment.left_queue", subject=subject, reason=reason, now=now)
        return True

    async def page(
        self, who: Who, *, status: str | None, journey: str | None, person_id: str | None, cut: Slice, end_kind: str | None = None
    ) -> Batch[EnrolmentRow]:
        order = (col(Enrolment.created_at), col(Enrolment.id))
        wanted = _seen_by(who).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        asked = ((Enrolment.status, status), (Enrolment.journey, journey), (Enrolment.person_id, person_id), (Enrolment.end_kind, end_kind))
        for column, value in asked:
            if value is not None:
                wanted = wanted.where(col(column) == value)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            found = (await session.exec(wanted)).all()
            lines = await lines_of(session, [enrolment.id for enrolment, _ in found])
        rows = [_row(enrolment, busy_with, lines.get(enrolment.id, ())) for enrolment, busy_with in found]
        return Batch.of(rows, cut, lambda row: (row.created_at, row.id))

    async def find(self, who: Who, enrolment_id: str) -> EnrolmentRow | None:
        async with transaction(self._engine) as session:
            found = (await session.exec(_seen_by(who).where(Enrolment.id == enrolment_id))).first()
            lines = await lines_of(session, [enrolment_id])
        if found is None:
            return None
        enrolment, busy_with = found
        return _row(enrolment, busy_with, lines.get(enrolment_id, ()))


def _seen_by(who: Who) -> Any:
    """Each enrolment with the journey that it waits for, where it waits for its turn."""
    waiting = select(Enrolment, Turn.busy_with).join(Turn, col(Turn.enrolment_id) == col(Enrolment.id), isouter=True)
    return waiting.join(Person, col(Person.id) == col(Enrolment.person_id)).where(in_scope(who))


def _row(enrolment: Enrolment, busy_with: str | None = None, lines: Sequence[Standing] = ()) -> EnrolmentRow:
    return EnrolmentRow(**{name: getattr(enrolment, name) for name in _COPIED}, busy_with=busy_with, lines=tuple(lines))
