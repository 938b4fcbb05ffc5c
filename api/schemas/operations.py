"""What operators ask and are told: pauses and stops, operations over many runs, migrations, repairs and alarms."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from api.schemas.safety import Reported
from api.schemas.shapes import Asked, Name, StepMap, Told, Words
from journeys.events import CatchUp
from journeys.halts import HaltKind, Scope
from journeys.shapes import StepId

Reason = Literal["content_concern", "safety_signal", "market_request", "data_problem", "planned_break", "strategy_changed", "hcp_asked", "stuck", "other"]
PerSecond = Annotated[int, Field(ge=1, le=50, description="How many runs a second at most.")]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Action = Literal["retry", "go_on", "move_to", "leave"]


class NewHalt(Reported):
    kind: HaltKind = Field(examples=["pause"])
    scope: Scope = Field(examples=["product"])
    value: Name = Field(
        description="The journey, `journey@version`, product, market, `content` or `content@version`, territory or person.", examples=["cardiolex"]
    )
    reason: Reason = Field(examples=["safety_signal"])
    remark: Words = Field(examples=["The label is under review; nothing goes out before Thursday."])
    expected: int | None = Field(None, ge=0, description="The count as it was told. With another number of runs by now, nothing is done.")
    per_second: PerSecond = 20

    @model_validator(mode="after")
    def _version_named(self) -> Self:
        if self.scope is Scope.VERSION and not self.value.rpartition("@")[2].isdecimal():
            raise ValueError("a version is written with its journey, such as heart-failure-pioneer@3")
        return self


class LiftHalt(Reported):
    catch_up: CatchUp = Field(CatchUp.SHIFT, description="What runs make of what fell due meanwhile. A stop has nothing to catch up with.")
    remark: Words = Field(examples=["The label stands."])
    per_second: PerSecond = 5


class Concerned(Told):
    """The count before the act."""

    runs: int = Field(description="Runs under way.", examples=[1204])
    queued: int = Field(0, description="Enrolments that wait for their turn with the HCP. A stop ends them too; a pause finds them when they begin.")


class HaltLine(Told):
    id: str
    kind: str = Field(examples=["pause"])
    scope: str = Field(examples=["product"])
    value: str = Field(examples=["cardiolex"])
    reason: str = Field(examples=["safety_signal"])
    by: str
    at: datetime
    concerned: int = Field(description="The runs under way in the scope when it was written.")
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    catch_up: str | None = None


class Counts(Told):
    """The runs of an operation by what became of them. `waiting` includes those that could not be acted on now and are tried again."""

    waiting: int = 0
    done: int = 0
    refused: int = 0
    ended: int = 0
    left_out: int = 0


class OperationLine(Told):
    id: str
    kind: str = Field(examples=["migrate"])
    subject: str = Field(examples=["definition:heart-failure-pioneer@2"])
    reason: str
    by: str
    status: str = Field(description="running, held, stopped or done.", examples=["running"])
    per_second: int
    created_at: datetime
    finished_at: datetime | None = None
    counts: Counts


class ItemLine(Told):
    """One run of an operation."""

    number: int
    enrolment_id: str
    passage: str | None = None
    result: str = Field(description="waiting, done, refused, ended or left_out.", examples=["done"])
    code: str | None = Field(None, description="Why it was refused, or why it still waits.", examples=["step_gone"])
    detail: str | None = None
    attempts: int
    at: datetime | None = None


class HaltDone(Told):
    halt: HaltLine
    operation: OperationLine | None = Field(None, description="Tells the runs, one after the other. The gate is shut already.")


class Steer(Reported):
    remark: Words = Field(examples=["Let the night pass first."])


class PlanMigration(Asked):
    journey: StepId = Field(examples=["heart-failure-pioneer"])
    source: Version = Field(description="The version to move from.", examples=[1])
    target: Version = Field(description="The version to move to.", examples=[2])
    mapping: StepMap = {}


class NewMigration(Reported, PlanMigration):
    reason: Reason = Field(examples=["strategy_changed"])
    remark: Words = Field(examples=["The second visit comes earlier now."])
    per_second: PerSecond = 5


class StepCount(Told):
    """The lines of runs that stand at one step, and what would become of them."""

    step: str = Field(examples=["reading"])
    doing: str = Field(examples=["waiting"])
    count: int
    to: str | None = Field(None, description="The step at which they would stand: the same, or where the map says.")
    how: Literal["stays", "renamed", "anew", "ends"] | None = Field(
        None,
        description="`stays`: the same passage goes on. `renamed`: it goes on under the new name. `anew`: the step is entered as a new passage. "
        "`ends`: the line ends with the step within which it is played.",
    )
    code: str | None = Field(None, description="Why they would stay on their version.", examples=["step_gone"])
    detail: str | None = None


class MigrationPreview(Told):
    """Nothing has happened. `movable`, `refused` and `not_now` count runs, `steps` their lines: a run moves with all its lines or with none."""

    movable: int
    refused: int
    not_now: int
    not_begun: int
    steps: tuple[StepCount, ...]


class TroubleLine(Told):
    """One line of a run that is held, overdue, or stands longer than it should."""

    enrolment_id: str
    person_id: str
    journey: str
    version: int
    step: str
    passage: str
    doing: str = Field(examples=["held"])
    reason: str | None = Field(None, examples=["no_consent"])
    since: datetime
    until: datetime | None = None


class Repair(Reported):
    """One act on one passage. `move_to` names the step; `leave` ends the run."""

    action: Action = Field(examples=["retry"])
    passage: Name | None = Field(None, description="As the list names it. Not for `leave`.", examples=["enr0d8b5c1e.follow-up.1"])
    step: StepId | None = Field(None, description="For `move_to`.")
    reason: Reason = Field(examples=["stuck"])
    remark: Words = Field(examples=["Her consent came by letter."])

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.action == "leave") is not (self.passage is None):
            raise ValueError("name the passage to act on; to leave needs none")
        if (self.action == "move_to") is not (self.step is not None):
            raise ValueError("`step` belongs to `move_to`, which needs it")
        return self


class RepairMany(Reported):
    """The same act on everything in the list that the filters leave."""

    action: Action = Field(examples=["retry"])
    journey: StepId = Field(examples=["heart-failure-pioneer"])
    at_step: StepId | None = Field(None, description="At this step only.")
    held_because: Name | None = Field(None, description="Held for this reason only.", examples=["no_consent"])
    since_before: datetime | None = Field(None, description="Standing there since before this time only.")
    step: StepId | None = Field(None, description="For `move_to`.")
    reason: Reason = Field(examples=["stuck"])
    remark: Words = Field(examples=["The address book was mended."])
    per_second: PerSecond = 5

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.action == "move_to") is not (self.step is not None):
            raise ValueError("`step` belongs to `move_to`, which needs it")
        return self


class AlarmLine(Told):
    """A run that nothing will wake, or of which the store and Temporal tell different things."""

    enrolment_id: str
    kind: str = Field(description="overslept, stuck, no_waker, not_started, left_paused, left_waiting or gone.", examples=["overslept"])
    journey: str
    version: int
    since: datetime = Field(description="Since when it has been so.")
    seen_at: datetime = Field(description="When the monitor first saw it.")
