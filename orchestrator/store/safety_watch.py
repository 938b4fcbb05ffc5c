"""Safety cases that wait too long, as far as the store can tell: those that are overdue, those that the safety inbox has not taken, and those that nobody looks
after any more."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator.store import outbox
from orchestrator.store.engine import transaction
from orchestrator.store.roles import SAFETY
from orchestrator.store.tables import Outbox, SafetyCaseRow, SafetyFlag

_OPEN = col(SafetyCaseRow.acknowledged_at).is_(None)


class Waiting(NamedTuple):
    """Cases by what is the matter with them; how many are open in all, and how many flags wait for a review."""

    overdue: tuple[str, ...]
    unsent: tuple[str, ...]
    asleep: tuple[str, ...]
    open: int
    flagged: int


class SafetyWatch:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def look(self, *, now: datetime, told_before: datetime, due_before: datetime) -> Waiting:
        """`now` and `told_before` are journey time: a case that was told before is unsent where nothing was taken since. `due_before` is on the clock on the
        wall: a case at which somebody should have looked before is asleep."""
        unsent = col(SafetyCaseRow.sent_at).is_(None) | (col(SafetyCaseRow.failures) > 0)
        asleep = func.coalesce(col(SafetyCaseRow.look_at) < due_before, col(SafetyCaseRow.received_at) < told_before)
        async with transaction(self._engine, role=SAFETY) as session:
            return Waiting(
                overdue=await _those(session, col(SafetyCaseRow.due_at) <= now),
                unsent=await _those(session, unsent & (col(SafetyCaseRow.received_at) < told_before)),
                asleep=await _those(session, asleep),
                open=(await session.exec(select(func.count()).select_from(SafetyCaseRow).where(_OPEN))).one(),
                flagged=(await session.exec(select(func.count()).select_from(SafetyFlag).where(col(SafetyFlag.reviewed_at).is_(None)))).one(),
            )

    async def wake(self, cases: Iterable[str]) -> None:
        """Have these cases looked at, unless that is on its way already."""
        async with transaction(self._engine, role=SAFETY) as session:
            for case in cases:
                under_way = select(Outbox.id).where(Outbox.enrolment_id == case, Outbox.kind == outbox.Kind.SAFETY, col(Outbox.delivered_at).is_(None))
                if (await session.exec(under_way)).first() is None:
                    await outbox.wake(session, outbox.Kind.SAFETY, case)


async def _those(session: AsyncSession, where: ColumnElement[bool]) -> tuple[str, ...]:
    return tuple(await session.exec(select(SafetyCaseRow.id).where(_OPEN, where).order_by(col(SafetyCaseRow.due_at), col(SafetyCaseRow.id))))
