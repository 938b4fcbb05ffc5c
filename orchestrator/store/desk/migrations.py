"""Moving everybody on one version of a journey to another: the preview, drawn from where each run stands, and the operation that does it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.schemas.operations import MigrationPreview, NewMigration, OperationLine, PlanMigration, StepCount
from api.schemas.safety import NothingToReport
from api.who import Who
from journeys.definitions import Definition
from journeys.migration import Fate, Obstacle, Spot, Unmovable, plan
from journeys.pace import Pace
from journeys.shapes import read_back
from journeys.versions import RELEASED
from orchestrator.store import audit, outbox
from orchestrator.store.desk.operations import line_of
from orchestrator.store.engine import transaction
from orchestrator.store.operations import begin, to_migrate
from orchestrator.store.tables import DefinitionVersion, Enrolment, Operation, StandingRow


@dataclass(frozen=True)
class _Line:
    """What would become of a line of a run: equal ones are counted together."""

    step: str
    doing: str
    to: str | None = None
    how: str | None = None
    code: str | None = None
    detail: str | None = None


class StoredMigrations:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def preview(self, plan: PlanMigration) -> MigrationPreview:
        async with transaction(self._engine) as session:
            old, new = await _versions(session, plan)
            runs = await _standing(session, old)
            return _previewed(old, new, plan.mapping, runs)

    async def begin(self, who: Who, migration: NewMigration, *, remark: str, once: Once, now: datetime) -> OperationLine:
        async with transaction(self._engine) as session:
            operation_id = once.id("operation")
            operation = await session.get(Operation, operation_id)
            if operation is None:
                operation = await start_migration(session, migration, operation_id=operation_id, by=who.id, role=who.role, remark=remark, now=now)
            return await line_of(session, operation)


class StoredMigrating:
    """What publishing calls on when it is told to move everybody: `orchestrator.store.lifecycles.Migrating`. Who stands at a step that is gone,
    and that the map does not lead on from, stays, with the reason in the report."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    async def begin(self, session: AsyncSession, *, journey: str, version: int, mapping: Mapping[str, str], since: datetime, by: str) -> None:
        """Have the runs of every earlier version moved, each version by an operation of its own that begins when the new version takes effect."""
        earlier = select(DefinitionVersion.version).where(
            DefinitionVersion.journey == journey, DefinitionVersion.version < version, col(DefinitionVersion.state).in_(RELEASED)
        )
        for source in (await session.exec(earlier.order_by(col(DefinitionVersion.version)))).all():
            old, _ = await _versions(session, PlanMigration(journey=journey, source=source, target=version))
            migration = NewMigration(
                journey=journey,
                source=source,
                target=version,
                mapping=dict(mapping),
                reason="strategy_changed",
                remark="Published so.",
                safety=NothingToReport(answer="none"),
            )
            operation = _operation(migration, old, operation_id=f"migrate{uuid4().hex}", by=by, remark=None, now=since)
            operation.not_before = self._pace.wall(since)
            session.add(operation)
            await session.flush()
            await outbox.wake(session, outbox.Kind.OPERATION, operation.id)


async def start_migration(
    session: AsyncSession, migration: NewMigration, *, operation_id: str, by: str, role: str, remark: str | None, now: datetime
) -> Operation:
    """Begin to move every run under way on the source version to the target, in the caller's transaction and audited. Both versions are in
    the store. Runs that enter the source version later are not concerned."""
    old, _ = await _versions(session, migration)
    operation = _operation(migration, old, operation_id=operation_id, by=by, remark=remark, now=now)
    concerned = await begin(session, operation, to_migrate(migration.journey, migration.source))
    details = {**operation.orders, "concerned": concerned, "operation": operation_id}
    await audit.record(session, by=by, role=role, action="definition.migrated", subject=operation.subject, reason=migration.reason, details=details, now=now)
    return operation


def _operation(migration: NewMigration, old: Definition, *, operation_id: str, by: str, remark: str | None, now: datetime) -> Operation:
    told = {"journey": migration.journey, "from": migration.source, "to": migration.target, "source": old.digest, "mapping": migration.mapping}
    return Operation(
        id=operation_id,
        kind="migrate",
        subject=f"definition:{migration.journey}@{migration.target}",
        orders=told,
        reason=migration.reason,
        remark_id=remark,
        by=by,
        per_second=migration.per_second,
        created_at=now,
    )


async def _versions(session: AsyncSession, plan: PlanMigration) -> tuple[Definition, Definition]:
    old, new = [await session.get_one(DefinitionVersion, (plan.journey, version)) for version in (plan.source, plan.target)]
    return read_back(Definition, old.body), read_back(Definition, new.body)


async def _standing(session: AsyncSession, old: Definition) -> list[tuple[Spot, ...]]:
    """The lines of each run under way on a version, outer lines before those within them; none for a run that has not begun."""
    on_it = (Enrolment.journey == old.journey, Enrolment.version == old.version, Enrolment.status != "ended")
    wanted = (
        select(Enrolment.id, StandingRow)
        .join(StandingRow, col(StandingRow.enrolment_id) == col(Enrolment.id), isouter=True)
        .where(*on_it)
        .order_by(col(Enrolment.id), col(StandingRow.line))
    )
    rows = (await session.exec(wanted)).all()
    return [
        tuple(Spot(row.line, row.step, row.doing) for _, row in lines if row is not None)  # type: ignore[redundant-expr]
        for _, lines in groupby(rows, key=lambda pair: pair[0])
    ]


def _previewed(old: Definition, new: Definition, mapping: dict[str, str], runs: list[tuple[Spot, ...]]) -> MigrationPreview:
    ways: Counter[str] = Counter()
    steps: Counter[_Line] = Counter()
    for spots in runs:
        planned = plan(old, new, spots, mapping)
        ways["not_begun" if not spots else _way(planned)] += 1
        steps.update(_staying(old, new, mapping, spots, planned) if isinstance(planned, Unmovable) else _moving(spots, planned))
    told = sorted(steps.items(), key=lambda pair: (-pair[1], pair[0].step, pair[0].doing))
    counted = tuple(StepCount(count=count, **asdict(line)) for line, count in told)
    return MigrationPreview(movable=ways["movable"], refused=ways["refused"], not_now=ways["not_now"], not_begun=ways["not_begun"], steps=counted)


def _way(planned: object) -> str:
    if not isinstance(planned, Unmovable):
        return "movable"
    return "not_now" if planned.code is Obstacle.NOT_NOW else "refused"


def _moving(spots: Sequence[Spot], fates: Sequence[Fate]) -> Iterator[_Line]:
    """The lines of a run that moves. One within a step that the map leads away from ends with it, and goes nowhere."""
    known = {fate.spot: fate for fate in fates}
    for spot in spots:
        fate = known.get(spot)
        if fate is None:
            yield _Line(spot.step, spot.doing, how="ends")
        else:
            yield _Line(spot.step, spot.doing, to=fate.to, how="anew" if not fate.stays else "stays" if fate.to == spot.step else "renamed")


def _staying(old: Definition, new: Definition, mapping: dict[str, str], spots: Sequence[Spot], planned: Unmovable) -> Iterator[_Line]:
    """The lines of a run that does not move, all of them: what stands in the way of each or, where nothing does, of another."""
    for spot in spots:
        own = planned if spot.step == planned.step else plan(old, new, [spot], mapping)
        if isinstance(own, Unmovable):
            yield _Line(spot.step, spot.doing, code=own.code, detail=own.detail)
        else:
            yield _Line(spot.step, spot.doing, code=planned.code, detail=f"Another line of the run stands in the way. {planned.detail}")
