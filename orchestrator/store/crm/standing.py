"""How each record of ours stands at the CRM: waiting to be written, written, or refused. Two transactions stand around each conversation: one takes what is due
and puts it off, so that nobody else says it meanwhile and a crash costs a few minutes; one writes down what was heard."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator.counts import Dropped, count_in
from orchestrator.crm.port import Later, Refused, Told, Written
from orchestrator.crm.records import Kind, Record
from orchestrator.store.crm.deriving import UNKNOWN_ACCOUNT, UNKNOWN_USER, Due, derive
from orchestrator.store.desk.adding import added
from orchestrator.store.engine import transaction
from orchestrator.store.tables import CrmRecord

WAITING, WRITTEN, REFUSED = "waiting", "written", "refused"

LEASE = timedelta(minutes=5)
"""For how long what is being said is nobody else's: longer than any conversation."""

FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=6)

OVER = "over"
"""A suggestion that was closed before it was written: nobody needs it any more."""


class Taken(NamedTuple):
    """A record that is due, and how often it was tried."""

    key: str
    record: Record
    attempts: int


async def let_wait(session: AsyncSession, crm: str, kind: Kind, found: Mapping[str, Due], *, since: datetime, now: datetime) -> None:
    """Let each record wait to be written that is otherwise than what the CRM was told or refused, or is new and of no time before `since`."""
    wanted = select(CrmRecord).where(CrmRecord.crm == crm, CrmRecord.kind == kind, col(CrmRecord.key).in_(found)).order_by(CrmRecord.key).with_for_update()
    known = {row.key: row for row in await session.exec(wanted)} if found else {}
    for key, due in sorted(found.items()):
        row = known.get(key)
        if row is None:
            if due.open and (due.at is None or due.at >= since):
                new = CrmRecord(crm=crm, kind=kind, key=key, person_id=due.person_id, state=WAITING, since=now, try_after=now)
                await added(session, new)
        elif row.state != WAITING and due.record is not None and due.record.digest != row.digest:
            row.state, row.since, row.try_after, row.attempts, row.trouble = WAITING, now, now, 0, None
            session.add(row)


class StoredStanding:
    """The rows of one CRM. `now` is on the clock on the wall throughout."""

    def __init__(self, engine: AsyncEngine, crm: str) -> None:
        self._engine, self._crm = engine, crm

    async def take(self, kind: Kind, *, most: int, now: datetime) -> tuple[Taken, ...]:
        """The next records that are due, those first that were due first. One that cannot be made yet is put off, and what nobody needs any more is let go."""
        due = select(CrmRecord).where(CrmRecord.crm == self._crm, CrmRecord.kind == kind, CrmRecord.state == WAITING, CrmRecord.try_after <= now)
        due = due.order_by(col(CrmRecord.try_after), CrmRecord.key).limit(most).with_for_update(skip_locked=True)
        async with transaction(self._engine) as session:
            rows = list(await session.exec(due))
            found = await derive(session, self._crm, kind, [row.key for row in rows]) if rows else {}
            return tuple([taken for row in rows if (taken := await self._taken(session, row, found.get(row.key), now)) is not None])

    async def _taken(self, session: AsyncSession, row: CrmRecord, due: Due | None, now: datetime) -> Taken | None:
        never_said = row.attempts == 0 and row.crm_id is None
        if due is None or (not due.open and never_said):
            if row.crm_id is None:
                await session.delete(row)
            else:
                row.state, row.since, row.trouble = WRITTEN, now, None
            count_in(session, Dropped.CRM, OVER)
            return None
        if due.record is None:
            self._put_off(session, row, due.lacks or UNKNOWN_ACCOUNT, now=now)
            return None
        if due.record.digest == row.digest:
            row.state, row.since, row.trouble, row.attempts = WRITTEN, now, None, 0
            return None
        row.attempts, row.try_after = row.attempts + 1, now + LEASE
        return Taken(row.key, due.record, row.attempts)

    async def settle(self, kind: Kind, told: Sequence[tuple[Taken, Told]], *, now: datetime) -> None:
        """Write down what became of each. What has changed meanwhile waits to be written again."""
        async with transaction(self._engine) as session:
            rows = {taken.key: await session.get(CrmRecord, (self._crm, kind, taken.key), with_for_update=True) for taken, _ in _in_order(told)}
            found = await derive(session, self._crm, kind, list(rows)) if rows else {}
            for taken, answer in told:
                row, due = rows[taken.key], found.get(taken.key)
                if row is not None:
                    self._settle(session, row, taken, answer, now=now)
                    if row.state == WRITTEN and due is not None and due.record is not None and due.record.digest != row.digest:
                        row.state, row.try_after = WAITING, now

    async def put_back(self, kind: Kind, taken: Sequence[Taken], trouble: str, *, now: datetime) -> None:
        """The CRM was away, or the request was wrong as a whole: what was to be said is due again at once. Whoever says it knows when to rest."""
        async with transaction(self._engine) as session:
            keys = [each.key for each in taken]
            mine = (col(CrmRecord.crm) == self._crm) & (col(CrmRecord.kind) == kind) & col(CrmRecord.key).in_(keys)
            await session.exec(update(CrmRecord).where(mine, col(CrmRecord.state) == WAITING).values(try_after=now, trouble=trouble))
            count_in(session, Dropped.CRM_DEFERRED, trouble, times=len(taken))

    def _settle(self, session: AsyncSession, row: CrmRecord, taken: Taken, answer: Told, *, now: datetime) -> None:
        match answer:
            case Written(crm_id=crm_id):
                row.state, row.since, row.written_at, row.crm_id, row.trouble = WRITTEN, now, now, crm_id, None
                row.digest, row.attempts, row.alarmed_at = taken.record.digest, 0, None
            case Refused(code=code):
                row.state, row.since, row.trouble, row.digest = REFUSED, now, code, taken.record.digest
                count_in(session, Dropped.CRM, code)
            case Later(code=code):
                self._put_off(session, row, code, now=now)
        session.add(row)

    def _put_off(self, session: AsyncSession, row: CrmRecord, trouble: str, *, now: datetime) -> None:
        """It rests for as long as it has waited so far, so that each rest is about twice as long as the one before."""
        row.trouble, row.try_after = trouble, now + min(max(now - row.since, FIRST_REST), LONGEST_REST)
        session.add(row)
        count_in(session, Dropped.CRM_DEFERRED, trouble)


def _in_order(told: Sequence[tuple[Taken, Told]]) -> list[tuple[Taken, Told]]:
    """By key, as everybody locks them."""
    return sorted(told, key=lambda each: each[0].key)


async def know_again(session: AsyncSession, crm: str, *, now: datetime) -> None:
    """The crosswalk has grown: what waited for it is due."""
    waits = (col(CrmRecord.crm) == crm) & (col(CrmRecord.state) == WAITING) & col(CrmRecord.trouble).in_((UNKNOWN_ACCOUNT, UNKNOWN_USER))
    await session.exec(update(CrmRecord).where(waits).values(try_after=now))
