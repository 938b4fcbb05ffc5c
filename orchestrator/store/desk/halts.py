"""Pauses and stops as the front desk writes and lifts them: the count, the act, its audit, and the operation that tells the runs."""

from datetime import datetime
from typing import Any

from sqlalchemy import SelectBase, literal, null, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports import CountChanged
from api.schemas.operations import Concerned, HaltDone, HaltLine, LiftHalt, NewHalt
from api.who import Who
from journeys.events import CatchUp
from journeys.halts import HaltKind, Scope
from journeys.reasons import Reason
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit, halts
from orchestrator.store.desk.operations import line_of
from orchestrator.store.engine import transaction
from orchestrator.store.operations import begin
from orchestrator.store.tables import Enrolment, Halt, Operation, OperationItem, StandingRow


class StoredHalts:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def count(self, scope: Scope, value: str) -> Concerned:
        async with transaction(self._engine) as session:
            return await halts.count(session, scope, value)

    async def page(self, *, in_force: bool, cut: Slice) -> Batch[HaltLine]:
        order = (col(Halt.at), col(Halt.id))
        wanted = select(Halt).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        if in_force:
            wanted = wanted.where(col(Halt.lifted_at).is_(None))
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = [HaltLine.model_validate(row) for row in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.at, row.id))

    async def find(self, halt_id: str) -> HaltLine | None:
        async with transaction(self._engine) as session:
            row = await session.get(Halt, halt_id)
        return HaltLine.model_validate(row) if row is not None else None

    async def impose(self, who: Who, halt: NewHalt, *, remark: str, once: Once, now: datetime) -> HaltDone | CountChanged:
        halt_id = once.id("halt")
        async with transaction(self._engine) as session:
            await halts.writing(session)
            made = await session.get(Halt, halt_id)
            if made is not None:  # the same request, cut short before it was answered
                count_in(session, Dropped.REQUEST, REPEATED)
                return await _done(session, made)
            concerned = (await halts.count(session, halt.scope, halt.value)).runs
            if halt.expected is not None and halt.expected != concerned:
                return CountChanged(concerned)
            told = halt.model_dump(include={"kind", "scope", "value", "reason"})
            row = Halt(id=halt_id, **told, remark_id=remark, by=who.id, at=now, concerned=concerned)
            session.add(row)
            await session.flush()
            if halt.scope is not Scope.CONTENT or halt.kind is HaltKind.STOP:
                asked = (Enrolment.id, null().label("passage"))
                lies_in = await halts.runs_in(session, halt.scope, halt.value, queued=halt.kind is HaltKind.STOP)
                runs = select(*asked).where(lies_in).order_by(Enrolment.id)
                await begin(session, _operation(row, halt.kind, {}, by=who.id, remark=remark, per_second=halt.per_second, now=now), runs)
            details = {**told, "concerned": concerned}
            await audit.record(
                session, by=who.id, role=who.role, action=f"halt.{halt.kind}", subject=f"halt:{halt_id}", reason=halt.reason, details=details, now=now
            )
            return await _done(session, row)

    async def lift(self, who: Who, halt_id: str, lift: LiftHalt, *, remark: str, now: datetime) -> HaltDone | None:
        async with transaction(self._engine) as session:
            await halts.writing(session)
            row = await session.get_one(Halt, halt_id, with_for_update=True)
            if row.lifted_at is not None:
                return None
            row.lifted_at, row.lifted_by, row.catch_up = now, who.id, lift.catch_up
            if row.kind == HaltKind.PAUSE:
                kind, runs = await _to_catch_up(session, row, lift.catch_up)
                orders = {"catch_up": lift.catch_up}
                await begin(session, _operation(row, kind, orders, by=who.id, remark=remark, per_second=lift.per_second, now=now), runs)
            else:
                await _leave_out(session, row, "stop", now=now)
            details = {"catch_up": lift.catch_up}
            await audit.record(session, by=who.id, role=who.role, action="halt.lifted", subject=f"halt:{halt_id}", reason=row.reason, details=details, now=now)
            return await _done(session, row)


async def _to_catch_up(session: AsyncSession, halt: Halt, catch_up: CatchUp) -> tuple[str, SelectBase]:
    """Those that were told of the pause are told that it is over. A content's pause told nobody: what is held for it is tried again, or left out."""
    if halt.scope == Scope.CONTENT:
        lies_in = await halts.runs_in(session, Scope.CONTENT, halt.value)
        held = select(StandingRow.enrolment_id, StandingRow.key).join(Enrolment, col(Enrolment.id) == StandingRow.enrolment_id)
        held = held.where(lies_in, StandingRow.doing == "held", StandingRow.reason == Reason.PAUSED).order_by(StandingRow.enrolment_id)
        return ("go_on" if catch_up is CatchUp.DROP else "retry"), held
    await _leave_out(session, halt, "pause", now=halt.lifted_at)
    told = select(OperationItem.enrolment_id, literal(None).label("passage")).join(Operation, col(Operation.id) == OperationItem.operation_id)
    return "resume", told.where(Operation.halt_id == halt.id, Operation.kind == "pause", OperationItem.result == "done").order_by(OperationItem.enrolment_id)


async def _leave_out(session: AsyncSession, halt: Halt, kind: str, *, now: datetime | None) -> None:
    """Stop the operation that still tells runs of the halt; the rest never hear of it."""
    asked = select(Operation).where(Operation.halt_id == halt.id, Operation.kind == kind).with_for_update()
    for operation in await session.exec(asked):
        if operation.status in ("running", "held"):
            operation.status, operation.finished_at = "stopped", now
        waiting = select(OperationItem).where(OperationItem.operation_id == operation.id, OperationItem.result == "waiting")
        for item in await session.exec(waiting):
            item.result = "left_out"
    await session.flush()


def _operation(halt: Halt, kind: str, orders: dict[str, Any], *, by: str, remark: str, per_second: int, now: datetime) -> Operation:
    told: dict[str, Any] = {"reason": halt.reason, "remark_id": remark, "by": by, "per_second": per_second, "halt_id": halt.id, "created_at": now}
    return Operation(id=f"{halt.id}-{kind}", kind=kind, subject=f"halt:{halt.id}", orders=orders, **told)


async def _done(session: AsyncSession, halt: Halt) -> HaltDone:
    latest = select(Operation).where(Operation.halt_id == halt.id).order_by(col(Operation.created_at).desc(), col(Operation.kind).desc())
    operation = (await session.exec(latest)).first()
    return HaltDone(halt=HaltLine.model_validate(halt), operation=await line_of(session, operation) if operation is not None else None)
