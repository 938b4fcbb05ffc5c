"""Who of medical covers which therapeutic area in which territory, and who is out of office until when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.codes import Code
from api.idempotency import Once
from api.ports.inquiries import NotDone
from api.rows import AbsenceRow
from api.schemas.coverage import CoverageLine, NewAbsence
from api.who import Role, Who
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit
from orchestrator.store.desk.adding import added
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Absence, Alignment, Coverage, User

_NO_MSL = NotDone(Code.CANNOT_TAKE_OVER, "Coverage is an active MSL's, in territories to which the MSL is aligned.")
_NO_COLLEAGUE = NotDone(Code.CANNOT_TAKE_OVER, "Absent are active MSLs and medical leads, and another of them stands in.")
_NOT_YOURS = NotDone(Code.NOT_FOUND, "There is no such absence of yours.")


class StoredCoverages:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, who: Who) -> Sequence[CoverageLine]:
        async with transaction(self._engine) as session:
            return await _lines(session, who.id if who.role is Role.MSL else None)

    async def cover(self, who: Who, user_id: str, lines: Sequence[CoverageLine], *, now: datetime) -> Sequence[CoverageLine] | NotDone:
        async with transaction(self._engine) as session:
            aligned = set(await session.exec(select(Alignment.territory_id).where(Alignment.user_id == user_id)))
            if not await _is(session, user_id, Role.MSL) or {line.territory_id for line in lines} - aligned:
                return _NO_MSL
            await session.exec(delete(Coverage).where(col(Coverage.user_id) == user_id))
            session.add_all([Coverage(**line.model_dump()) for line in set(lines)])
            told = sorted(f"{line.therapeutic_area} in {line.territory_id}" for line in lines)
            await audit.record(session, by=who.id, role=who.role, action="coverage.set", subject=f"user:{user_id}", details={"lines": told}, now=now)
            return await _lines(session, user_id)

    async def absences(self, who: Who, *, now: datetime) -> Sequence[AbsenceRow]:
        wanted = select(Absence).where(Absence.until > now).order_by(col(Absence.since), col(Absence.id))
        if who.role is Role.MSL:
            wanted = wanted.where(Absence.user_id == who.id)
        async with transaction(self._engine) as session:
            return [_row(absence) for absence in await session.exec(wanted)]

    async def absent(self, who: Who, absence: NewAbsence, *, once: Once, now: datetime) -> AbsenceRow | NotDone:
        user = absence.user_id or who.id
        if user != who.id and who.role is not Role.MEDICAL:
            return _NO_COLLEAGUE
        row = Absence(
            id=once.id("absence"), user_id=user, since=absence.since, until=absence.until, stand_in=absence.stand_in, recorded_by=who.id, recorded_at=now
        )
        async with transaction(self._engine) as session:
            colleagues = {user, *((absence.stand_in,) if absence.stand_in is not None else ())}
            if absence.stand_in == user or not all([await _is(session, each, Role.MSL, Role.MEDICAL) for each in sorted(colleagues)]):
                return _NO_COLLEAGUE
            if await added(session, row):
                details = {"since": row.since.isoformat(), "until": row.until.isoformat(), "stand_in": row.stand_in}
                await audit.record(session, by=who.id, role=who.role, action="absence.recorded", subject=f"user:{user}", details=details, now=now)
            else:
                count_in(session, Dropped.REQUEST, REPEATED)
        return _row(row)

    async def back(self, who: Who, absence_id: str, *, now: datetime) -> AbsenceRow | NotDone:
        async with transaction(self._engine) as session:
            absence = await session.get(Absence, absence_id, with_for_update=True)
            if absence is None or (absence.user_id != who.id and who.role is not Role.MEDICAL):
                return _NOT_YOURS
            if absence.until > now:
                absence.until = now
                absence.since = min(absence.since, now)
                session.add(absence)
                await audit.record(session, by=who.id, role=who.role, action="absence.ended", subject=f"user:{absence.user_id}", now=now)
            return _row(absence)


async def _is(session: AsyncSession, user_id: str, *roles: Role) -> bool:
    user = await session.get(User, user_id)
    return user is not None and user.active and user.role in roles


async def _lines(session: AsyncSession, user_id: str | None) -> list[CoverageLine]:
    wanted = select(Coverage).order_by(col(Coverage.user_id), col(Coverage.therapeutic_area), col(Coverage.territory_id))
    rows = await session.exec(wanted if user_id is None else wanted.where(Coverage.user_id == user_id))
    return [CoverageLine.model_validate(row) for row in rows]


def _row(absence: Absence) -> AbsenceRow:
    return AbsenceRow(absence.id, absence.user_id, absence.since, absence.until, absence.stand_in)
