"""Fakes of acts on many runs, and of the watch over them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports import CountChanged
from api.rows import (
    SweepResultRow,
    SweepRow,
)
from api.schemas.bulk_enrolments import NewBulkEnrolment
from api.schemas.operations import (
    AlarmLine,
    Concerned,
    Counts,
    HaltDone,
    HaltLine,
    ItemLine,
    LiftHalt,
    MigrationPreview,
    NewHalt,
    NewMigration,
    OperationLine,
    PlanMigration,
    Repair,
    RepairMany,
    TroubleLine,
)
from api.who import Who
from journeys.halts import Scope
from tests.api.of_world import OfWorld
from tests.api.slicing import sliced

if TYPE_CHECKING:
    from tests.api.fakes import World


_NEXT = {"confirm": ("counted", "running"), "pause": ("running", "paused"), "resume": ("paused", "running")}


class FakeSweeps(OfWorld):
    async def create(self, who: Who, bulk: NewBulkEnrolment, *, once: Once, now: datetime) -> SweepRow:
        selection = bulk.selection.model_dump(mode="json", exclude_defaults=True)
        row = SweepRow(once.id("sweep"), "bulk", bulk.journey, selection, bulk.per_second, "counting", {}, {}, who.id, now, None, None)
        self.world.sweeps[row.id] = row
        return row

    async def page(self, *, journey: str | None, state: str | None, cut: Slice) -> Batch[SweepRow]:
        return sliced([row for row in self.world.sweeps.values() if journey in {None, row.journey} and state in {None, row.state}], cut)

    async def find(self, sweep_id: str) -> SweepRow | None:
        return self.world.sweeps.get(sweep_id)

    async def results(self, sweep_id: str, *, result: str | None, cut: Slice) -> Batch[SweepResultRow]:
        return sliced([row for row in self.world.sweep_results if result in {None, row.result}], cut)

    async def act(self, who: Who, sweep_id: str, act: Literal["confirm", "pause", "resume", "stop"], *, now: datetime) -> SweepRow | None:
        row = self.world.sweeps[sweep_id]
        allowed, to = _NEXT.get(act, (row.state, "stopped"))
        if row.state != allowed or row.state in {"stopped", "done"}:
            return None
        self.world.sweeps[sweep_id] = replace(row, state=to)
        return self.world.sweeps[sweep_id]


class FakeHalts(OfWorld):
    async def count(self, scope: Scope, value: str) -> Concerned:
        return Concerned(runs=len(self.world.enrolments))

    async def page(self, *, in_force: bool, cut: Slice) -> Batch[HaltLine]:
        return sliced([halt for halt in self.world.halts.values() if not in_force or halt.lifted_at is None], cut)

    async def find(self, halt_id: str) -> HaltLine | None:
        return self.world.halts.get(halt_id)

    async def impose(self, who: Who, halt: NewHalt, *, remark: str, once: Once, now: datetime) -> HaltDone | CountChanged:
        concerned = len(self.world.enrolments)
        if halt.expected not in {None, concerned}:
            return CountChanged(concerned)
        told = halt.model_dump(include={"kind", "scope", "value", "reason"})
        line = HaltLine(id=once.id("halt"), **told, by=who.id, at=now, concerned=concerned)
        self.world.halts[line.id] = line
        return HaltDone(halt=line)

    async def lift(self, who: Who, halt_id: str, lift: LiftHalt, *, remark: str, now: datetime) -> HaltDone | None:
        halt = self.world.halts[halt_id]
        if halt.lifted_at is not None:
            return None
        self.world.halts[halt_id] = halt.model_copy(update={"lifted_at": now, "lifted_by": who.id, "catch_up": lift.catch_up})
        return HaltDone(halt=self.world.halts[halt_id])


class FakeOperations(OfWorld):
    async def page(self, *, cut: Slice) -> Batch[OperationLine]:
        return sliced(list(self.world.operations.values()), cut)

    async def find(self, operation_id: str) -> OperationLine | None:
        return self.world.operations.get(operation_id)

    async def items(self, operation_id: str, *, result: str | None, cut: Slice) -> Batch[ItemLine]:
        return sliced([item for item in self.world.items if result in {None, item.result}], cut)

    async def steer(self, who: Who, operation_id: str, how: Literal["hold", "go_on", "stop"], *, remark: str, now: datetime) -> OperationLine | None:
        operation = self.world.operations[operation_id]
        if operation.status == "stopped":
            return None
        status = {"hold": "held", "go_on": "running", "stop": "stopped"}[how]
        self.world.operations[operation_id] = operation.model_copy(update={"status": status})
        return self.world.operations[operation_id]


class FakeMigrations(OfWorld):
    async def preview(self, plan: PlanMigration) -> MigrationPreview:
        return MigrationPreview(movable=len(self.world.enrolments), refused=0, not_now=0, not_begun=0, steps=())

    async def begin(self, who: Who, migration: NewMigration, *, remark: str, once: Once, now: datetime) -> OperationLine:
        return _began(self.world, once, who, kind="migrate", reason=migration.reason, now=now)


class FakeRepairs(OfWorld):
    async def page(
        self, *, kind: str | None, journey: str | None, reason: str | None, since_before: datetime | None, now: datetime, cut: Slice
    ) -> Batch[TroubleLine]:
        return sliced([line for line in self.world.in_trouble if kind in {None, line.doing} and reason in {None, line.reason}], cut)

    async def begin(self, who: Who, repair: RepairMany, *, remark: str, once: Once, now: datetime) -> OperationLine:
        return _began(self.world, once, who, kind=repair.action, reason=repair.reason, now=now)

    async def note(self, who: Who, enrolment_id: str, repair: Repair, *, remark: str, now: datetime) -> None:
        self.world.audit.append((who.id, f"run.{repair.action}"))


class FakeWatch(OfWorld):
    async def page(self, *, cut: Slice) -> Batch[AlarmLine]:
        return sliced(self.world.alarms, cut)


def _began(world: World, once: Once, who: Who, *, kind: str, reason: str, now: datetime) -> OperationLine:
    told = {"id": once.id("operation"), "kind": kind, "subject": "…", "reason": reason, "by": who.id, "status": "running", "per_second": 5}
    line = OperationLine.model_validate({**told, "created_at": now, "counts": Counts(waiting=len(world.enrolments))})
    world.operations[line.id] = line
    return line
