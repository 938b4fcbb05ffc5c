"""Sweeps as they are asked for: begun, let go, paused, resumed and stopped, each act audited and told to the sweep through the outbox."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.sweeps import Doing
from journeys.definitions import Definition
from journeys.selections import Selection
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit, outbox, stimuli
from orchestrator.store.desk.adding import added
from orchestrator.store.stimuli import Kind
from orchestrator.store.tables import Stimulus, Sweep, SweepResult

ACTS: dict[str, tuple[frozenset[Doing], Doing]] = {
    "confirm": (frozenset({Doing.COUNTED}), Doing.RUNNING),
    "pause": (frozenset({Doing.RUNNING}), Doing.PAUSED),
    "resume": (frozenset({Doing.PAUSED}), Doing.RUNNING),
    "stop": (frozenset({Doing.COUNTING, Doing.COUNTED, Doing.RUNNING, Doing.PAUSED}), Doing.STOPPED),
}
"""What may be asked of a sweep: in which states, and what it comes to."""


BULK, SCHEDULE, CONDITION = "bulk", "schedule", "condition"
_DONE = {"confirm": "confirmed", "pause": "paused", "resume": "resumed", "stop": "stopped"}


class Asked(NamedTuple):
    """What kind of sweep it is, who asks for it, and at which pace."""

    kind: str
    by: str = audit.HOUSE
    role: str = audit.SYSTEM
    per_second: float | None = None


async def begin(session: AsyncSession, journey: str, selection: Selection, *, asked: Asked, now: datetime, sweep_id: str | None = None) -> Sweep | None:
    """Begin a sweep, once under its id: one in bulk counts first and waits, the others enter at once. None where it was begun before."""
    counts = asked.kind == BULK
    sweep = Sweep(
        id=sweep_id or uuid4().hex,
        kind=asked.kind,
        journey=journey,
        selection=selection.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        per_second=asked.per_second,
        state=Doing.COUNTING if counts else Doing.RUNNING,
        counted={},
        created_by=asked.by,
        role=asked.role,
        created_at=now,
        started_at=None if counts else now,
    )
    if not await added(session, sweep):
        count_in(session, Dropped.SWEEP, REPEATED)
        return None
    await outbox.wake(session, outbox.Kind.SWEEP, sweep.id)
    await _audited(session, sweep, "begun", by=asked.by, role=asked.role, now=now)
    return sweep


async def act(session: AsyncSession, sweep: Sweep, name: str, *, by: str, role: str, now: datetime) -> bool:
    """Do what is asked of a sweep that the caller has locked. False where its state does not allow it."""
    allowed, to = ACTS[name]
    if sweep.state not in allowed:
        return False
    sweep.state = to
    if name == "confirm":
        sweep.started_at = now
    if to is Doing.STOPPED:
        sweep.ended_at = now
    session.add(sweep)
    await outbox.wake(session, outbox.Kind.SWEEP, sweep.id)
    await _audited(session, sweep, _DONE[name], by=by, role=role, now=now)
    return True


async def progress(session: AsyncSession, sweep_id: str) -> dict[str, int]:
    """How many people came to what so far: entered, queued, the code of a refusal, or the kind of a failure."""
    told = func.coalesce(SweepResult.reason, SweepResult.result)
    counts = select(told, func.count()).where(SweepResult.sweep_id == sweep_id).group_by(told).order_by(told)
    return dict((await session.exec(counts)).all())


async def look_again(session: AsyncSession, definition: Definition, *, since: datetime, now: datetime) -> None:
    """A version is published: its openings, or that there are none now, are looked up anew, and whoever meets its condition is swept in: now, or
    when it takes effect, which is an opening too."""
    timed = select(Stimulus.kind).where(Stimulus.journey == definition.journey, col(Stimulus.kind).in_((Kind.AUTOMATIC, Kind.SCHEDULE)))
    if (await session.exec(timed)).first() is not None:
        await outbox.wake(session, outbox.Kind.OPENINGS, definition.journey)
    if definition.entry.automatic and since <= now:
        await _sweep_in(session, definition, now=now)


async def look_at_everybody(session: AsyncSession, *, now: datetime) -> None:
    """Many people have come or changed at once: every journey that enters by its condition sweeps them in."""
    for definition in await stimuli.moved_by(session, Kind.AUTOMATIC, now=now):
        await _sweep_in(session, definition, now=now)


async def _sweep_in(session: AsyncSession, definition: Definition, *, now: datetime) -> None:
    await begin(session, definition.journey, meeting(definition), asked=Asked(CONDITION), now=now)


def meeting(definition: Definition, *markets: str) -> Selection:
    """Whoever meets the entry condition of the journey, in its markets or some of them."""
    return Selection(when=definition.entry.when, markets=markets or definition.markets)


async def _audited(session: AsyncSession, sweep: Sweep, done: str, *, by: str, role: str, now: datetime) -> None:
    details: dict[str, Any] = {"journey": sweep.journey, "kind": sweep.kind}
    await audit.record(session, by=by, role=role, action=f"sweep.{done}", subject=f"sweep:{sweep.id}", details=details, now=now)
