"""Gives promotional journeys their turn with an HCP, behind the person's lock: a newcomer begins, waits in the queue or is refused; a run that a higher
one displaces is paused or ends, and what its steps began with it; whoever is next goes on when a turn comes free. What runs must be told goes through
the outbox."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys import turns
from journeys.definitions import Definition
from journeys.events import CatchUp, Leave, Paused, Resumed
from orchestrator.store import audit, outbox
from orchestrator.store.markets import policy_of
from orchestrator.store.tables import Enrolment, Turn

GAVE_WAY = "gave_way"
QUEUED = "queued"
BUSY = "busy."
"""How the pause of a run that makes room is named, with the run that it makes room for after it."""


async def in_the_way(session: AsyncSession, newcomer: Enrolment, definition: Definition, *, now: datetime) -> str | None:
    """The journey that the newcomer would have to wait for; None where it may begin. The caller holds the person's lock."""
    if not _takes_turns(newcomer, definition):
        return None
    mine = _claim(newcomer, definition, now)
    known = await _as_turns(session, newcomer.person_id, [*await _of(session, newcomer.person_id), mine], newcomer)
    speaking = turns.in_turn(known, at_once=await _at_once(session, newcomer.market))
    return None if known[-1].voice in speaking else speaking[-1]


async def claim(session: AsyncSession, newcomer: Enrolment, definition: Definition, *, now: datetime) -> None:
    """Enter the newcomer's claim and give everybody their turn: the newcomer is started, or waits until its turn comes."""
    if not _takes_turns(newcomer, definition):
        await outbox.start(session, newcomer.id)
        return
    session.add(_claim(newcomer, definition, now))
    await session.flush()
    await settle(session, newcomer.person_id, market=newcomer.market, now=now)


async def give_up(session: AsyncSession, ended: Enrolment) -> bool:
    """Take back the claim of a run that has ended. Whether it had one; then the caller settles who is next, behind the person's lock."""
    turn = await session.get(Turn, ended.id)
    if turn is None:
        return False
    await session.delete(turn)
    await session.flush()
    return True


async def settle(session: AsyncSession, person_id: str, *, market: str, now: datetime) -> None:
    """Bring every claim on the person to where its rank puts it: those displaced give way first, then those whose turn it is go on."""
    rows = await _of(session, person_id)
    at_once = await _at_once(session, market)
    known = await _as_turns(session, person_id, rows)
    speaking = turns.in_turn(known, at_once=at_once)
    changed = turns.changes(known, at_once=at_once)
    by = next((row.enrolment_id for row in rows if changed.get(row.enrolment_id) is True), "")
    for row in rows:
        match changed.get(row.enrolment_id):
            case True:
                await _go_on(session, row)
            case False:
                await _stand_back(session, row, by=by, busy_with=speaking[-1], now=now)
            case None if not row.active:
                row.busy_with = speaking[-1]
            case _:
                pass
    await session.flush()


async def _go_on(session: AsyncSession, row: Turn) -> None:
    if row.pause is not None:
        await outbox.tell(session, row.enrolment_id, Resumed(id=f"{row.pause}.{uuid4().hex}", pause=row.pause, catch_up=CatchUp.SHIFT))
    elif not row.begun:
        enrolment = await session.get_one(Enrolment, row.enrolment_id)
        enrolment.status = "requested"
        await outbox.start(session, row.enrolment_id)
    row.active, row.begun, row.busy_with, row.pause = True, True, None, None
    session.add(row)


async def _stand_back(session: AsyncSession, row: Turn, *, by: str, busy_with: str, now: datetime) -> None:
    """A run that has the HCP makes room for a higher one: it is paused, or it ends where its journey says so."""
    if row.when_busy == "give_way":
        leave = Leave(id=f"{audit.HOUSE}:{GAVE_WAY}.{row.enrolment_id}", by=audit.HOUSE, reason=GAVE_WAY)
        await outbox.command(session, row.enrolment_id, leave)
        await session.delete(row)
        subject, details = f"enrolment:{row.enrolment_id}", {"person": row.person_id, "to": busy_with}
        await audit.record(session, by=audit.HOUSE, role=audit.SYSTEM, action="enrolment.gave_way", subject=subject, details=details, now=now)
        return
    row.active, row.busy_with, row.pause = False, busy_with, f"{BUSY}{by or busy_with}"
    await outbox.tell(session, row.enrolment_id, Paused(id=f"{row.pause}.{uuid4().hex}", pause=row.pause))
    session.add(row)


async def _of(session: AsyncSession, person_id: str) -> Sequence[Turn]:
    return (await session.exec(select(Turn).where(Turn.person_id == person_id).order_by(col(Turn.since), Turn.enrolment_id))).all()


async def _at_once(session: AsyncSession, market: str) -> int:
    policy = await policy_of(session, market)
    return policy.journeys_at_once if policy is not None else 1


def _takes_turns(enrolment: Enrolment, definition: Definition) -> bool:
    held_out = enrolment.hundredth is not None and enrolment.hundredth < definition.entry.hold_out
    return turns.takes_turns(enrolment.purpose, held_out=held_out)


def _claim(newcomer: Enrolment, definition: Definition, now: datetime) -> Turn:
    return Turn(
        enrolment_id=newcomer.id,
        person_id=newcomer.person_id,
        journey=newcomer.journey,
        priority=definition.priority,
        when_busy=definition.when_busy,
        active=False,
        begun=False,
        since=now,
    )


async def _as_turns(session: AsyncSession, person_id: str, rows: Sequence[Turn], *newcomers: Enrolment) -> list[turns.Turn]:
    """The claims as the rule reads them, each with whose turn it speaks in; a newcomer is not on record yet."""
    within = select(Enrolment.id, Enrolment.continued_from).where(Enrolment.person_id == person_id, col(Enrolment.begun_by).is_not(None))
    led = [*await session.exec(within), *((new.id, new.continued_from) for new in newcomers if new.begun_by is not None)]
    begun_by = {run: by for run, by in led if by is not None}
    journeys = {row.enrolment_id: row.journey for row in rows}
    told = ({**row.model_dump(), "enrolment": row.enrolment_id} for row in rows)
    return [turns.Turn.model_validate({**turn, "voice": turns.voice(turn["enrolment"], journeys=journeys, begun_by=begun_by)}) for turn in told]
