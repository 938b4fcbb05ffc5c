"""What of ours is new or otherwise since the last look, read from the books that are written in order: the timeline, the ledger, and what was heard.

A row is read once it is a minute old: by then whatever was given a smaller number before it has been committed, and none is passed over.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator.crm.records import Cursor, Kind
from orchestrator.store.crm import cursors
from orchestrator.store.crm.deriving import derive
from orchestrator.store.crm.standing import let_wait
from orchestrator.store.tables import CrmCursor, HeardFact, LedgerEntry, Task, TimelineEntry

OLD_ENOUGH = timedelta(minutes=1)
PAGE = 200

TIMELINE, LEDGER, HEARING = "our_timeline", "our_ledger", "our_hearing"
BOOKS = (TIMELINE, LEDGER, HEARING)
BEGUN = "begun"
"""No book, but where it is kept since when anything is told."""

_NUMBERED: dict[str, tuple[Any, Any, Any]] = {
    TIMELINE: (TimelineEntry.id, TimelineEntry.arrived_at, TimelineEntry.enrolment_id),
    LEDGER: (LedgerEntry.id, LedgerEntry.recorded_at, LedgerEntry.touch_key),
}
"""The books whose rows are numbered as they arrive: number, real time of arrival, and what the row speaks of."""


class _Row(NamedTuple):
    number: str
    at: datetime
    of: str | None


async def gather(session: AsyncSession, crm: str, book: str, *, since: datetime | None, real: datetime, now: datetime) -> bool:
    """Read the next page of a book, and let what it speaks of wait to be written where it is otherwise than the CRM was told. A book is begun at `since`,
    or now. `real` is the clock on the wall, `now` journey time. Returns whether there is more."""
    if await session.get(CrmCursor, (crm, book)) is None:
        await _begun(session, crm, since=since, real=real, now=now)
        await _begin(session, crm, book, since=since, real=real, now=now)
    cursor = await cursors.taken(session, crm, book)
    if cursor is None:
        return False
    rows = await _page(session, book, cursor, real=real, now=now)
    if not rows:
        return False
    names, begun = {row.of for row in rows if row.of is not None}, await _begun(session, crm, since=since, real=real, now=now)
    if book == TIMELINE:
        tasks = set(await session.exec(select(Task.id).where(col(Task.enrolment_id).in_(names)))) if names else set()
        await _let_wait(session, crm, (Kind.CALL, Kind.SUGGESTION), tasks, since=begun, real=real)
    else:
        await _let_wait(session, crm, (Kind.SENT_EMAIL,), names, since=begun, real=real)
    cursors.move(session, cursor, Cursor(at=rows[-1].at, id=rows[-1].number), now=real)
    return len(rows) == PAGE


async def _let_wait(session: AsyncSession, crm: str, kinds: Iterable[Kind], keys: set[str], *, since: datetime, real: datetime) -> None:
    for kind in kinds:
        found = await derive(session, crm, kind, keys) if keys else {}
        await let_wait(session, crm, kind, found, since=since, now=real)


async def _begun(session: AsyncSession, crm: str, *, since: datetime | None, real: datetime, now: datetime) -> datetime:
    """From when on what happens is told. A line that is new may be about a run that is old: its earlier visits are not told for that."""
    await cursors.begin(session, crm, BEGUN, at=since or now, now=real)
    cursor = await cursors.read(session, crm, BEGUN)
    return since or (cursor.at if cursor is not None else now)


async def _begin(session: AsyncSession, crm: str, book: str, *, since: datetime | None, real: datetime, now: datetime) -> None:
    if book == HEARING:
        await cursors.begin(session, crm, book, at=since or now, now=real)
        return
    number, arrived_at, _ = _NUMBERED[book]
    before = (await session.exec(select(func.max(number)).where(arrived_at < (since or real)))).one()
    await cursors.begin(session, crm, book, at=since or real, last=str(before or 0), now=real)


async def _page(session: AsyncSession, book: str, after: CrmCursor, *, real: datetime, now: datetime) -> list[_Row]:
    if book == HEARING:
        order = (col(HeardFact.arrived_at), col(HeardFact.id))
        wanted = select(HeardFact).where(tuple_(*order) > (after.at, after.last), HeardFact.arrived_at <= now - OLD_ENOUGH).order_by(*order).limit(PAGE)
        return [_Row(fact.id, fact.arrived_at, fact.touch_key) for fact in await session.exec(wanted)]
    number, arrived_at, of = _NUMBERED[book]
    found = await session.exec(select(number, arrived_at, of).where(number > int(after.last)).order_by(number).limit(PAGE))
    rows = [_Row(str(number), at, of) for number, at, of in found]
    return list(takewhile(lambda row: row.at <= real - OLD_ENOUGH, rows))
