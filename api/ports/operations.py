"""Operations over many runs: halts, migrations, repairs, and the watch over all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from api.idempotency import Once
from api.paging import Batch, Slice
from api.schemas.operations import (
    AlarmLine,
    Concerned,
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


@dataclass(frozen=True)
class CountChanged:
    """Another number of runs is concerned by now than the one that was told."""

    runs: int


class Halts(Protocol):
    """Pauses and stops. What is written holds at the gate and at the door when the transaction commits; the runs are told after it."""

    async def count(self, scope: Scope, value: str) -> Concerned:
        """How many runs lie in the scope."""
        ...

    async def page(self, *, in_force: bool, cut: Slice) -> Batch[HaltLine]:
        """Halts, latest first."""
        ...

    async def find(self, halt_id: str) -> HaltLine | None: ...

    async def impose(self, who: Who, halt: NewHalt, *, remark: str, once: Once, now: datetime) -> HaltDone | CountChanged:
        """Write the halt and the operation that tells its runs, audited. `CountChanged` where another count was expected: nothing is done."""
        ...

    async def lift(self, who: Who, halt_id: str, lift: LiftHalt, *, remark: str, now: datetime) -> HaltDone | None:
        """Lift the halt, and have the runs that were told of it catch up; None where it was lifted before."""
        ...


class Operations(Protocol):
    """Acts on many runs, one after the other."""

    async def page(self, *, cut: Slice) -> Batch[OperationLine]:
        """Operations, latest first."""
        ...

    async def find(self, operation_id: str) -> OperationLine | None: ...

    async def items(self, operation_id: str, *, result: str | None, cut: Slice) -> Batch[ItemLine]:
        """What became of each run, in the order in which they are acted on."""
        ...

    async def steer(self, who: Who, operation_id: str, how: Literal["hold", "go_on", "stop"], *, remark: str, now: datetime) -> OperationLine | None:
        """Hold it, let it go on or stop it for good, audited; None where it is over."""
        ...


class Migrations(Protocol):
    async def preview(self, plan: PlanMigration) -> MigrationPreview:
        """Where everybody on the source version would stand on the target. The source was published, the target is signed or published. Nothing happens."""
        ...

    async def begin(self, who: Who, migration: NewMigration, *, remark: str, once: Once, now: datetime) -> OperationLine:
        """Begin to move them, audited."""
        ...


class Repairs(Protocol):
    async def page(
        self, *, kind: str | None, journey: str | None, reason: str | None, since_before: datetime | None, now: datetime, cut: Slice
    ) -> Batch[TroubleLine]:
        """Lines of runs that are held, overdue or stuck, those that stand there longest first."""
        ...

    async def begin(self, who: Who, repair: RepairMany, *, remark: str, once: Once, now: datetime) -> OperationLine:
        """Begin to act on all that the filters leave, audited."""
        ...

    async def note(self, who: Who, enrolment_id: str, repair: Repair, *, remark: str, now: datetime) -> None:
        """Audit one act on one run."""
        ...


class Watch(Protocol):
    async def page(self, *, cut: Slice) -> Batch[AlarmLine]:
        """Alarms that stand, the oldest first."""
        ...
