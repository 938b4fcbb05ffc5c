"""Whose turn it is with one HCP in a rehearsal: `journeys.turns` decides, as it does in the store; here runs are begun, paused, resumed or ended by it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from journeys import events as on
from journeys.turns import Turn, changes, in_turn, takes_turns, voice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from journeys.rehearsal.members import Member, Run
    from journeys.rehearsal.room import Room

BUSY, GAVE_WAY = "busy", "gave_way"
HOUSE = "house"


def claim(room: Room, run: Run) -> str | None:
    """Let a newcomer in: it begins, or waits until its turn comes. Returns why where its journey gives way then."""
    if not _takes_turns(run):
        room.later(room.now, partial(room.start, run))
        return None
    others = [other for other in _claims(run.member) if other is not run]
    run.active = not others
    if not others:
        room.later(room.now, partial(room.start, run))
        return None
    known = _turns((*others, run))
    waits = known[-1].voice not in in_turn(known, at_once=_at_once(run.member))
    if waits and run.part.definition.when_busy == "give_way":
        run.member.runs.remove(run)
        return BUSY
    run.count.stood_back += waits
    settle(room, run.member)
    return None


def settle(room: Room, member: Member) -> None:
    """Bring every claim on the person to where its rank puts it."""
    claims = _claims(member)
    if all(run.active for run in claims) and len(claims) <= 1:
        return
    changed = changes(_turns(claims), at_once=_at_once(member))
    for run in claims:
        match changed.get(run.enrolment):
            case True:
                _go_on(room, run)
            case False:
                _stand_back(room, run)
            case None:
                pass


def _claims(member: Member) -> list[Run]:
    return [run for run in member.runs if run.ended is None and not run.leaving and _takes_turns(run)]


def _takes_turns(run: Run) -> bool:
    hundredth = run.hundredth
    held_out = hundredth is not None and hundredth < run.part.definition.entry.hold_out
    return takes_turns(run.part.definition.purpose, held_out=held_out)


def _at_once(member: Member) -> int:
    return member.policy.journeys_at_once if member.policy is not None else 1


def _turns(claims: Sequence[Run]) -> list[Turn]:
    """The claims as the rule reads them, each with whose turn it speaks in."""
    journeys = {run.enrolment: run.part.journey for run in claims}
    begun_by = {run.enrolment: run.within[0].enrolment for run in claims[0].member.runs if run.within is not None}
    return [_turn(run, voice(run.enrolment, journeys=journeys, begun_by=begun_by)) for run in claims]


def _turn(run: Run, speaks_as: str) -> Turn:
    definition = run.part.definition
    return Turn.model_construct(
        enrolment=run.enrolment,
        voice=speaks_as,
        priority=definition.priority,
        when_busy=definition.when_busy,
        active=run.active,
        since=run.since,
    )


def _stand_back(room: Room, run: Run) -> None:
    """A run that has the HCP makes room for a higher one: it is paused, or it ends where its journey says so."""
    run.active = False
    run.count.stood_back += 1
    if run.part.definition.when_busy == "give_way":
        run.leaving = True
        leave = on.Leave.model_construct(id=room.name(GAVE_WAY), by=HOUSE, reason=GAVE_WAY)
        room.later(room.now, partial(room.take, run, leave))
    elif run.state is not None:
        room.later(room.now, partial(room.take, run, on.Paused.model_construct(id=room.name(BUSY), pause=BUSY)))


def _go_on(room: Room, run: Run) -> None:
    run.active = True
    if run.state is None:
        room.later(room.now, partial(room.start, run))
    else:
        resumed = on.Resumed.model_construct(id=room.name(BUSY), pause=BUSY, catch_up=on.CatchUp.SHIFT)
        room.later(room.now, partial(room.take, run, resumed))
