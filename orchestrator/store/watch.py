"""Runs that are parked without a waker, as far as the store can tell, and the alarms that stand because of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.paging import Batch, Slice
from api.schemas.operations import AlarmLine
from orchestrator.store.engine import transaction
from orchestrator.store.tables import AlarmRow, Enrolment, Halt, Outbox, StandingRow, Turn
from orchestrator.store.turns import BUSY, QUEUED

GONE = "gone"
"""The enrolment has not ended and its workflow is not running."""

_UNDER_WAY = ("sending", "passing", "ready")


class Parked(NamedTuple):
    """A run that nothing will wake, in which way, and since when."""

    enrolment_id: str
    kind: str
    since: datetime


class StoredWatch:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, *, cut: Slice) -> Batch[AlarmLine]:
        order = (col(AlarmRow.seen_at), col(AlarmRow.enrolment_id), col(AlarmRow.kind))
        wanted = select(AlarmRow, Enrolment).join(Enrolment).where(col(AlarmRow.cleared_at).is_(None)).order_by(*order).limit(cut.limit + 1)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > (cut.after.instant(0), cut.after.text(1), cut.after.text(2)))
        async with transaction(self._engine) as session:
            rows = [
                AlarmLine(enrolment_id=run.id, kind=alarm.kind, journey=run.journey, version=run.version, since=alarm.since, seen_at=alarm.seen_at)
                for alarm, run in await session.exec(wanted)
            ]
        return Batch.of(rows, cut, lambda row: (row.seen_at, row.enrolment_id, row.kind))

    async def parked(self, *, before: datetime, told_before: datetime) -> tuple[Parked, ...]:
        """Every run that has been without a waker since `before`, in journey time, as the projection tells it. What a run was told after
        `told_before`, on the clock on the wall, is still on its way to it."""
        async with transaction(self._engine) as session:
            found = [parked for kind, since, where in _signs(before, told_before) for parked in await _those(session, kind, since, where)]
        return tuple(sorted(set(found)))

    async def under_way(self, *, after: str, limit: int) -> Mapping[str, datetime]:
        """The next enrolments by id that should have a workflow running, each with when its run last moved."""
        wanted = select(Enrolment.id, Enrolment.since, Enrolment.created_at).where(Enrolment.status == "running", col(Enrolment.id) > after)
        async with transaction(self._engine) as session:
            rows = (await session.exec(wanted.order_by(Enrolment.id).limit(limit))).all()
        return {run: since or created for run, since, created in rows}

    async def ended(self, enrolment_id: str) -> bool:
        """Whether the run has ended, as it looks by now."""
        async with transaction(self._engine) as session:
            return (await session.get_one(Enrolment, enrolment_id)).status == "ended"

    async def raise_alarms(self, parked: Iterable[Parked], *, among: Iterable[str] | None, now: datetime) -> tuple[Parked, ...]:
        """Let the alarms of these runs stand and clear the others: of the kinds that the store sees, or `gone` of the runs `among`. Returns
        the alarms that are new."""
        standing = tuple(parked)
        looked_at = col(AlarmRow.kind) != GONE if among is None else (col(AlarmRow.kind) == GONE) & col(AlarmRow.enrolment_id).in_(list(among))
        async with transaction(self._engine) as session:
            known = {(row.enrolment_id, row.kind): row for row in await session.exec(select(AlarmRow).where(looked_at))}
            for key, row in known.items():
                if row.cleared_at is None and key not in {(each.enrolment_id, each.kind) for each in standing}:
                    row.cleared_at = now
            new = tuple(each for each in standing if (found := known.get((each.enrolment_id, each.kind))) is None or found.cleared_at is not None)
            for each in new:
                told = {"since": each.since, "seen_at": now, "cleared_at": None}
                row_of = insert(AlarmRow).values(enrolment_id=each.enrolment_id, kind=each.kind, **told)
                await session.exec(row_of.on_conflict_do_update(index_elements=["enrolment_id", "kind"], set_=told))
        return new


def _signs(before: datetime, told_before: datetime) -> tuple[tuple[str, object, ColumnElement[bool]], ...]:
    """What betrays a run that nothing will wake: the kind, the column that says since when, and the condition."""
    run, line = Enrolment, StandingRow
    playing = (col(run.status) == "running") & (col(run.doing) != "paused")
    acting = exists().where(col(line.enrolment_id) == col(run.id), col(line.doing).in_(_UNDER_WAY))
    paused_by = exists().where(col(Halt.id) == col(run.held_because), col(Halt.lifted_at).is_(None))
    lifted = exists().where(col(Halt.id) == col(run.held_because), col(Halt.lifted_at) < before)
    made_room = (col(run.status) == "running") & (col(run.doing) == "paused") & col(run.held_because).startswith(BUSY)
    stuck = exists().where(col(line.enrolment_id) == col(run.id), col(line.doing).in_(_UNDER_WAY), col(line.since) < before)
    return (
        ("not_started", run.created_at, (col(run.status) == "requested") & (col(run.created_at) < before)),
        ("overslept", run.until, playing & (col(run.until) < before) & ~stuck),
        ("stuck", run.since, playing & stuck),
        ("no_waker", run.since, playing & col(run.until).is_(None) & ~acting & (col(run.since) < before)),
        ("left_paused", run.since, (col(run.status) == "running") & (col(run.doing) == "paused") & ~paused_by & lifted),
        ("left_waiting", run.since, made_room & ~_waits_for_its_turn() & ~_was_told_to_go_on(told_before)),
        ("left_waiting", run.created_at, (col(run.status) == QUEUED) & (col(run.created_at) < before) & ~_waits_for_its_turn()),
    )


def _waits_for_its_turn() -> ColumnElement[bool]:
    """Its claim is kept, it is not its turn, and a run that has not ended has the HCP: when that ends, it gives the turn on."""
    own, others, rival = aliased(Turn), aliased(Turn), aliased(Enrolment)
    has_the_hcp = exists().where(
        col(others.person_id) == col(own.person_id), col(others.active), col(rival.id) == col(others.enrolment_id), col(rival.status) != "ended"
    )
    return exists().where(col(own.enrolment_id) == col(Enrolment.id), ~col(own.active), has_the_hcp)


def _was_told_to_go_on(since: datetime) -> ColumnElement[bool]:
    """The end of its pause is on its way, or came a moment ago."""
    row = Outbox
    told = func.coalesce(col(row.delivered_at), col(row.created_at)) >= since
    return exists().where(col(row.enrolment_id) == col(Enrolment.id), col(row.payload)["is_"].as_string() == "resumed", told)


async def _those(session: AsyncSession, kind: str, since: object, where: ColumnElement[bool]) -> list[Parked]:
    rows = await session.exec(select(Enrolment.id, since).where(where))  # type: ignore[call-overload]
    return [Parked(run, kind, at) for run, at in rows]
