"""What an operator sees of the exchange with a CRM: how many records stand how, what is wrong with them, since when; and having them tried again."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, case, func, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.who import Who
from orchestrator.store import audit
from orchestrator.store.crm.standing import REFUSED, WAITING, know_again
from orchestrator.store.crosswalk import know_account, know_user
from orchestrator.store.engine import transaction
from orchestrator.store.tables import CrmArrival, CrmCursor, CrmRecord

OLD = timedelta(hours=4)
"""How long, on the clock on the wall, a record may wait before it raises an alarm. One that was refused raises it at once."""

PAGE = 500


class Alarmed(NamedTuple):
    """A record with an alarm: of which kind it is, what is the matter, and since when."""

    crm: str
    kind: str
    key: str
    state: str
    trouble: str | None
    since: datetime


class Count(NamedTuple):
    """So many stand so, for this reason, the first of them since then."""

    crm: str
    kind: str
    state: str
    trouble: str | None
    records: int
    since: datetime


class Place(NamedTuple):
    """How far a list was read, and when that was last looked at."""

    crm: str
    list: str
    at: datetime
    moved_at: datetime


class StoredCrmWatch:
    """`now` is on the clock on the wall throughout."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def raise_alarms(self, *, now: datetime) -> tuple[Alarmed, ...]:
        """Raise the alarm of every record that waits for too long or was refused, and clear it where that is over. Returns the new ones."""
        wrong = (col(CrmRecord.state) == REFUSED) | ((col(CrmRecord.state) == WAITING) & (col(CrmRecord.since) < now - OLD))
        wanted = select(CrmRecord).where(wrong, col(CrmRecord.alarmed_at).is_(None)).order_by(col(CrmRecord.since), CrmRecord.key).limit(PAGE)
        async with transaction(self._engine) as session:
            await session.exec(update(CrmRecord).where(col(CrmRecord.alarmed_at).is_not(None), ~wrong).values(alarmed_at=None))
            rows = list(await session.exec(wanted.with_for_update(skip_locked=True)))
            for row in rows:
                row.alarmed_at = now
        return tuple(_alarmed(row) for row in rows)

    async def alarmed(self) -> tuple[Alarmed, ...]:
        """The records with an alarm, the oldest first, a page of them at most."""
        wanted = select(CrmRecord).where(col(CrmRecord.alarmed_at).is_not(None)).order_by(col(CrmRecord.since), CrmRecord.key).limit(PAGE)
        async with transaction(self._engine) as session:
            return tuple(_alarmed(row) for row in await session.exec(wanted))

    async def status(self) -> tuple[tuple[Count, ...], tuple[Count, ...], tuple[Place, ...]]:
        """What stands how of what goes out and of what came in, and how far each list was read."""
        async with transaction(self._engine) as session:
            going = await _counts(session, CrmRecord, CrmRecord.state, CrmRecord.since)
            coming = await _counts(session, CrmArrival, CrmArrival.standing, CrmArrival.arrived_at)
            places = await session.exec(select(CrmCursor).order_by(CrmCursor.crm, CrmCursor.list))
            return going, coming, tuple(Place(row.crm, row.list, row.at, row.moved_at) for row in places)

    async def retry(self, who: Who, *, kind: str | None, trouble: str | None, reason: str, now: datetime) -> int:
        """Have what was refused, or rests, tried now, audited. Returns how many there are."""
        mine = [or_(col(CrmRecord.state) == REFUSED, col(CrmRecord.state) == WAITING)]
        mine += [col(CrmRecord.kind) == kind] if kind is not None else []
        mine += [col(CrmRecord.trouble) == trouble] if trouble is not None else []
        again = update(CrmRecord).where(*mine).values(state=WAITING, try_after=now, since=_since_again(now), digest=None, alarmed_at=None)
        async with transaction(self._engine) as session:
            count = len((await session.exec(again.returning(col(CrmRecord.key)))).all())
            details = {"kind": kind, "trouble": trouble, "count": count}
            await audit.record(session, by=who.id, role=who.role, action="crm.retried", subject="crm", reason=reason, details=details, now=now)
        return count

    async def learn(self, who: Who, crm: str, rows: tuple[tuple[str, str, str], ...], *, now: datetime) -> tuple[int, tuple[int, ...]]:
        """Learn ids of the CRM, each as account or user, our id, theirs; audited. Returns how many were learnt, and which lines name nobody of ours."""
        async with transaction(self._engine) as session:
            unknown = [number for number, row in enumerate(rows, start=1) if not await _learnt(session, crm, row)]
            await know_again(session, crm, now=now)
            details = {"crm": crm, "learnt": len(rows) - len(unknown), "unknown": len(unknown)}
            await audit.record(session, by=who.id, role=who.role, action="crosswalk.learnt", subject=f"crm:{crm}", details=details, now=now)
        return len(rows) - len(unknown), tuple(unknown)


async def _counts(session: AsyncSession, table: type[CrmRecord] | type[CrmArrival], state: Any, since: Any) -> tuple[Count, ...]:
    alike = (col(table.crm), col(table.kind), col(state), col(table.trouble))
    found = await (await session.connection()).execute(sqlalchemy.select(*alike, func.count(), func.min(since)).group_by(*alike).order_by(*alike))
    return tuple(Count(*row) for row in found)


async def _learnt(session: AsyncSession, crm: str, row: tuple[str, str, str]) -> bool:
    what, ours, theirs = row
    found = await know_account(session, crm, theirs, person=ours) if what == "account" else await know_user(session, crm, theirs, user=ours)
    return found is not None


def _since_again(now: datetime) -> ColumnElement[datetime]:
    """What was refused waits from now on; what waited goes on waiting."""
    return case((col(CrmRecord.state) == REFUSED, now), else_=col(CrmRecord.since))


def _alarmed(row: CrmRecord) -> Alarmed:
    return Alarmed(row.crm, row.kind, row.key, row.state, row.trouble, row.since)
