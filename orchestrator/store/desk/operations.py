"""Operations as the front desk sees and steers them: how far each has come, and what became of each run."""

from datetime import datetime
from typing import Literal

from sqlalchemy import func, tuple_, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.paging import Batch, Slice
from api.schemas.operations import Counts, ItemLine, OperationLine
from api.who import Who
from orchestrator.counts import Dropped, count_in
from orchestrator.store import audit, outbox
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Operation, OperationItem

_BECOMES = {"hold": "held", "go_on": "running", "stop": "stopped"}


class StoredOperations:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, *, cut: Slice) -> Batch[OperationLine]:
        order = (col(Operation.created_at), col(Operation.id))
        wanted = select(Operation).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = [await line_of(session, row) for row in (await session.exec(wanted)).all()]
        return Batch.of(rows, cut, lambda row: (row.created_at, row.id))

    async def find(self, operation_id: str) -> OperationLine | None:
        async with transaction(self._engine) as session:
            row = await session.get(Operation, operation_id)
            return await line_of(session, row) if row is not None else None

    async def items(self, operation_id: str, *, result: str | None, cut: Slice) -> Batch[ItemLine]:
        wanted = select(OperationItem).where(OperationItem.operation_id == operation_id).order_by(col(OperationItem.number)).limit(cut.limit + 1)
        if result is not None:
            wanted = wanted.where(OperationItem.result == result)
        if cut.after is not None:
            wanted = wanted.where(col(OperationItem.number) > cut.after.number(0))
        async with transaction(self._engine) as session:
            rows = [ItemLine.model_validate(row) for row in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.number,))

    async def steer(self, who: Who, operation_id: str, how: Literal["hold", "go_on", "stop"], *, remark: str, now: datetime) -> OperationLine | None:
        async with transaction(self._engine) as session:
            row = await session.get_one(Operation, operation_id, with_for_update=True)
            if row.status in ("stopped", "done"):
                return None
            row.status = _BECOMES[how]
            if how == "stop":
                row.finished_at = now
                left = update(OperationItem).where(col(OperationItem.operation_id) == row.id, col(OperationItem.result) == "waiting")
                out = await session.exec(left.values(result="left_out"))
                count_in(session, Dropped.OPERATION, "left_out", times=out.rowcount)
            await outbox.wake(session, outbox.Kind.OPERATION, row.id)
            subject, details = f"operation:{row.id}", {"remark": remark}
            await audit.record(session, by=who.id, role=who.role, action=f"operation.{how}", subject=subject, details=details, now=now)
            return await line_of(session, row)


async def line_of(session: AsyncSession, operation: Operation) -> OperationLine:
    """An operation with its counts."""
    await session.flush()
    wanted = select(OperationItem.result, func.count()).where(OperationItem.operation_id == operation.id).group_by(OperationItem.result)
    counts = Counts.model_validate(dict((await session.exec(wanted)).all()))
    told = {name: getattr(operation, name) for name in OperationLine.model_fields if name != "counts"}
    return OperationLine(**told, counts=counts)
