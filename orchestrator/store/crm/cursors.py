"""How far each list was read, ours and the CRM's. A cursor is moved in the transaction that stored what was read, behind its own lock."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator.crm.records import Cursor
from orchestrator.store.tables import CrmCursor


async def begin(session: AsyncSession, crm: str, name: str, *, at: datetime, last: str = "", now: datetime) -> None:
    """Let the list begin there, unless it was begun."""
    row = insert(CrmCursor).values(crm=crm, list=name, at=at, last=last, page=None, moved_at=now)
    await session.exec(row.on_conflict_do_nothing())


async def read(session: AsyncSession, crm: str, name: str) -> Cursor | None:
    """How far the list was read; None where it was not begun."""
    row = await session.get(CrmCursor, (crm, name))
    return _told(row) if row is not None else None


async def taken(session: AsyncSession, crm: str, name: str) -> CrmCursor | None:
    """The cursor, which nobody else moves until this transaction ends; None where somebody else has it in hand."""
    wanted = select(CrmCursor).where(CrmCursor.crm == crm, CrmCursor.list == name).with_for_update(skip_locked=True)
    return (await session.exec(wanted.execution_options(populate_existing=True))).first()


def stands(row: CrmCursor, cursor: Cursor) -> bool:
    """Whether it still stands where it was read: else somebody else has stored what came after."""
    return _told(row) == cursor


def move(session: AsyncSession, row: CrmCursor, to: Cursor, *, now: datetime) -> None:
    """Let it stand there from now on."""
    row.at, row.last, row.page, row.moved_at = to.at, to.id, to.page, now
    session.add(row)


def _told(row: CrmCursor) -> Cursor:
    return Cursor(at=row.at, id=row.last, page=row.page)
