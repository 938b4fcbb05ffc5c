"""Sweeps at the front desk: asked for, looked at, and told to go, pause, resume or stop."""

from datetime import datetime
from typing import Literal

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.paging import Batch, Slice
from api.rows import SweepResultRow, SweepRow
from api.schemas.bulk_enrolments import NewBulkEnrolment
from api.who import Who
from orchestrator.store import sweeps
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Sweep, SweepResult

_COPIED = tuple(name for name in SweepRow.__dataclass_fields__ if name != "progress")
_RESULT = tuple(SweepResultRow.__dataclass_fields__)


class StoredSweepDesk:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(self, who: Who, bulk: NewBulkEnrolment, *, once: Once, now: datetime) -> SweepRow:
        asked = sweeps.Asked(sweeps.BULK, by=who.id, role=who.role, per_second=bulk.per_second)
        async with transaction(self._engine) as session:
            sweep_id = once.id("sweep")
            await sweeps.begin(session, bulk.journey, bulk.selection, asked=asked, now=now, sweep_id=sweep_id)
            return await _row(session, await session.get_one(Sweep, sweep_id))

    async def page(self, *, journey: str | None, state: str | None, cut: Slice) -> Batch[SweepRow]:
        order = (col(Sweep.created_at), col(Sweep.id))
        wanted = select(Sweep).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        for column, asked in ((Sweep.journey, journey), (Sweep.state, state)):
            if asked is not None:
                wanted = wanted.where(col(column) == asked)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = [await _row(session, sweep) for sweep in (await session.exec(wanted)).all()]
        return Batch.of(rows, cut, lambda row: (row.created_at, row.id))

    async def find(self, sweep_id: str) -> SweepRow | None:
        async with transaction(self._engine) as session:
            sweep = await session.get(Sweep, sweep_id)
            return await _row(session, sweep) if sweep is not None else None

    async def results(self, sweep_id: str, *, result: str | None, cut: Slice) -> Batch[SweepResultRow]:
        wanted = select(SweepResult).where(SweepResult.sweep_id == sweep_id).order_by(col(SweepResult.person_id)).limit(cut.limit + 1)
        if result is not None:
            wanted = wanted.where(SweepResult.result == result)
        if cut.after is not None:
            wanted = wanted.where(col(SweepResult.person_id) > cut.after.text(0))
        async with transaction(self._engine) as session:
            rows = [SweepResultRow(**{name: getattr(row, name) for name in _RESULT}) for row in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.person_id,))

    async def act(self, who: Who, sweep_id: str, act: Literal["confirm", "pause", "resume", "stop"], *, now: datetime) -> SweepRow | None:
        async with transaction(self._engine) as session:
            sweep = await session.get_one(Sweep, sweep_id, with_for_update=True)
            done = await sweeps.act(session, sweep, act, by=who.id, role=who.role, now=now)
            return await _row(session, sweep) if done else None


async def _row(session: AsyncSession, sweep: Sweep) -> SweepRow:
    progress = await sweeps.progress(session, sweep.id)
    return SweepRow(**{name: getattr(sweep, name) for name in _COPIED}, progress=progress)
