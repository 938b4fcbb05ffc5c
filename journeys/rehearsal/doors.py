"""Who comes into a journey and who does not, whose turn it is when several want the same HCP, and what an ending leads to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from journeys import events as on
from journeys.arrivals import Arrival
from journeys.conductor import eligible
from journeys.definitions import BY_KEY, Purpose
from journeys.draws import hundredth
from journeys.durations import Length
from journeys.rehearsal.members import Run
from journeys.state import EndKind

if TYPE_CHECKING:
    from journeys.commands import StartJourney, StopJourney
    from journeys.rehearsal.members import Member
    from journeys.rehearsal.room import Room
    from journeys.rehearsal.stage import Part
    from journeys.state import Ending, Entered

BUSY, GAVE_WAY = "busy", "gave_way"
_HOUSE = "house"
_WAYS = {EndKind.FINISHED: "finished", EndKind.GOAL: "goal"}


def offer(room: Room, member: Member, part: Part, *, entered: Entered | None = None, count: bool = True) -> str | None:
    """Enter a person in a journey by its own rules. Returns the code of what stood in the way; `count` tells whether a no is counted."""
    refused = _in_the_way(room, member, part, entered)
    if refused is None:
        refused = _claim(room, _run(room, member, part, entered))
    if refused is not None and count:
        room.tally.journeys[part.journey].not_entered[refused] += 1
        if room.trace is not None:
            room.trace.kept_out(room.now, member.person.id, part.journey, refused)
    return refused


def begin_within(room: Room, run: Run, asked: StartJourney) -> on.JourneyBegun:
    """A step starts another journey for the same person, which speaks in this one's turn."""
    part = room.stage.by_journey.get(asked.journey)
    refused = "no_such_journey" if part is None else _in_the_way(room, run.member, part, None)
    if part is not None and refused is None:
        inner = _run(room, run.member, part, None)
        inner.within = (run, asked.key, asked.awaited)
        room.later(room.now, partial(room.start, inner))
    elif part is not None:
        room.tally.journeys[part.journey].not_entered[refused or ""] += 1
    return on.JourneyBegun.model_construct(key=asked.key, refused=refused)


def stop(room: Room, run: Run, asked: StopJourney) -> None:
    """The line that awaited the inner journey is no more: the inner one ends with it."""
    for inner in run.member.runs:
        if inner.within is not None and inner.within[:2] == (run, asked.key):
            leave = on.Leave.model_construct(id=f"{inner.enrolment}.stopped", by=_HOUSE, reason="stopped")
            room.later(room.now, partial(room.take, inner, leave))


def ended(room: Room, run: Run, ending: Ending) -> None:
    """A run has ended: whoever awaited it is told, the next one has its turn, and another persona's strategy may take over."""
    room.count_for(run).end(ending, run.began, room.now)
    if run.within is not None:
        outer, key, awaited = run.within
        if awaited:
            told = on.JourneyEnded.model_validate({"id": f"{run.enrolment}.ended", "key": key, "way": _WAYS.get(ending.kind, "ended")})
            room.later(room.now, partial(room.take, outer, told))
    settle(room, run.member)
    if ending.continue_with is not None:
        room.later(room.now, partial(_hand_over, room, run, ending.continue_with))


def settle(room: Room, member: Member) -> None:
    """Give every promotional run of the person its turn or take it: one journey speaks at a time, the one of the highest priority; at the same
    priority the one that has the HCP already, then the one that asked first."""
    claims = [run for run in member.runs if run.ended is None and _takes_turns(run)]
    if not claims or (len(claims) == 1 and claims[0].active):
        return
    speaking = min(claims, key=_rank).part.journey
    for run in claims:
        if run.active and run.part.journey != speaking:
            _stand_back(room, run)
        elif not run.active and run.part.journey == speaking:
            _go_on(room, run)


def _rank(run: Run) -> tuple[int, bool, object, str]:
    return (-run.part.definition.priority, not run.active, run.since, run.part.journey)


def _takes_turns(run: Run) -> bool:
    return run.part.definition.purpose is Purpose.PROMOTIONAL and run.within is None


def _claim(room: Room, run: Run) -> str | None:
    """The newcomer begins, or waits until its turn comes; one that gives way does not come in."""
    member = run.member
    others = [other for other in member.runs if other is not run and other.ended is None and other.part is not run.part and _takes_turns(other)]
    if not others or not _takes_turns(run):
        room.later(room.now, partial(room.start, run))
        return None
    run.active = False
    higher = min(map(_rank, others)) < _rank(run)
    if higher and run.part.definition.when_busy == "give_way":
        member.runs.remove(run)
        return BUSY
    if higher:
        room.count_for(run).stood_back += 1
    settle(room, member)
    return None


def _stand_back(room: Room, run: Run) -> None:
    """A run that has the HCP makes room for a higher one: it is paused, or it ends where its journey says so."""
    run.active = False
    room.count_for(run).stood_back += 1
    if run.part.definition.when_busy == "give_way":
        leave = on.Leave.model_construct(id=f"{run.enrolment}.{GAVE_WAY}", by=_HOUSE, reason=GAVE_WAY)
        room.later(room.now, partial(room.take, run, leave))
    else:
        room.later(room.now, partial(room.take, run, on.Paused.model_construct(id=room.name("turn"), pause=BUSY)))


def _go_on(room: Room, run: Run) -> None:
    run.active = True
    if run.state is None:
        room.later(room.now, partial(room.start, run))
    else:
        resumed = on.Resumed.model_construct(id=room.name("turn"), pause=BUSY, catch_up=on.CatchUp.SHIFT)
        room.later(room.now, partial(room.take, run, resumed))


def _run(room: Room, member: Member, part: Part, entered: Entered | None) -> Run:
    definition = part.definition
    runs = sum(run.part is part for run in member.runs)
    arrival = Arrival.model_construct(
        calendar=member.diary.calendar,
        facts=member.known(definition.facts, room.now),
        withdrawn=member.withdrawn(room.stage.channels, room.now),
        objected=member.objected,
        entered=entered,
        hundredth=hundredth(member.person.id, part.journey) if definition.entry.hold_out else None,
    )
    run = Run(member, part, f"{member.person.id}.{part.journey}.{runs + 1}", since=room.now, arrival=arrival)
    run.story = [] if room.keeps_stories else None
    member.runs.append(run)
    return run


def _in_the_way(room: Room, member: Member, part: Part, entered: Entered | None) -> str | None:
    """The questions of the front desk, in its order and with its codes."""
    definition, person = part.definition, member.person
    if member.objected and definition.purpose is Purpose.PROMOTIONAL:
        return "objected"
    if person.suppressed:
        return "suppressed"
    if person.market not in definition.markets:
        return "wrong_market"
    if member.policy is None:
        return "no_market_policy"
    earlier = [run for run in member.runs if run.part is part]
    return _again(room, member, earlier, part, entered) or (None if eligible(definition, member.known(definition.facts, room.now)) else "not_eligible")


def _again(room: Room, member: Member, earlier: list[Run], part: Part, entered: Entered | None) -> str | None:
    again = part.definition.entry.again
    if again == BY_KEY:
        same = [run for run in earlier if entered is not None and run.arrival.entered is not None and run.arrival.entered.key == entered.key]
        return "already_enrolled" if same else None
    if any(run.ended is None for run in earlier):
        return "already_enrolled"
    if not earlier:
        return None
    if again == "never":
        return "never_again"
    last = max(run.ended for run in earlier if run.ended is not None)
    if isinstance(again, Length) and room.now < member.diary.calendar.after(last, again):
        return "too_early_to_enter_again"
    return None


def _hand_over(room: Room, run: Run, persona: str) -> None:
    """Another persona's strategy for the same product takes the HCP over: one for the market before others, then the one of the highest priority."""
    market, product = run.member.person.market, run.part.definition.product
    fitting = [part for part in room.stage.parts if part.definition.persona == persona and part.definition.product == product]
    best = max(fitting, key=lambda part: (market in part.definition.markets, part.definition.priority), default=None)
    refused = "no_strategy" if best is None else offer(room, run.member, best)
    room.count_for(run).hand_overs[refused or "taken_over"] += 1
