"""Who comes into a journey and who does not, by the questions of the front desk, and what an ending leads to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from journeys import events as on
from journeys.conditions import named_facts
from journeys.conductor import eligible
from journeys.definitions import BY_KEY, NEVER, Purpose
from journeys.draws import hundredth
from journeys.durations import Length
from journeys.rehearsal import claims
from journeys.rehearsal.members import Run
from journeys.rehearsal.tracing import Question
from journeys.state import EndKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from journeys.commands import StartJourney, StopJourney
    from journeys.rehearsal.members import Member
    from journeys.rehearsal.room import Room
    from journeys.rehearsal.stage import Part
    from journeys.state import Ending, Entered

_WAYS = {EndKind.FINISHED: "finished", EndKind.GOAL: "goal"}


def offer(
    room: Room, member: Member, part: Part, *, entered: Entered | None = None, within: tuple[Run, str, bool] | None = None, count: bool = True
) -> str | None:
    """Enter a person in a journey by its own rules; `within` is the passage that starts it. Returns the code of what stood in the way; `count` tells
    whether a no is counted."""
    refused, turned = _in_the_way(room, member, part, entered), None
    if room.trace is not None and (refused is None or count):
        _tell(room, member, part, entered)
    if refused is None:
        run = _run(room, member, part, entered)
        run.within = within
        refused = turned = claims.claim(room, run)
    if refused is not None and count:
        room.tally.journeys[part.journey].not_entered[refused] += 1
    if turned is not None and room.trace is not None:
        room.trace.door(room.now, member.person.id, part.journey, [Question(asked="turn", refused=turned)])
    return refused


def begin_within(room: Room, run: Run, asked: StartJourney) -> on.JourneyBegun:
    """A step starts another journey for the same person, by that journey's own rules."""
    part = room.stage.by_journey.get(asked.journey)
    refused = "no_such_journey" if part is None else offer(room, run.member, part, within=(run, asked.key, asked.awaited))
    return on.JourneyBegun.model_construct(key=asked.key, refused=refused)


def stop(room: Room, run: Run, asked: StopJourney) -> None:
    """The line that awaited the inner journey is no more: the inner one ends with it, and gives its turn up at once."""
    for inner in run.member.runs:
        if inner.within is not None and inner.within[:2] == (run, asked.key) and inner.ended is None:
            if inner.state is None and not inner.active:  # it still waits for its turn: it never begins
                inner.ended = room.now
            inner.leaving = True
            leave = on.Leave.model_construct(id=room.name("stopped"), by=claims.HOUSE, reason="stopped")
            room.later(room.now, partial(room.take, inner, leave))
            claims.settle(room, run.member)


def ended(room: Room, run: Run, ending: Ending) -> None:
    """A run has ended: whoever awaited it is told, the next one has its turn, and another persona's strategy may take over."""
    run.count.end(ending, run.began, room.now)
    if run.within is not None:
        outer, key, awaited = run.within
        if awaited:
            told = on.JourneyEnded.model_validate({"id": room.name("ended"), "key": key, "way": _WAYS.get(ending.kind, "ended")})
            room.later(room.now, partial(room.take, outer, told))
    claims.settle(room, run.member)
    if ending.continue_with is not None:
        room.later(room.now, partial(_hand_over, room, run, ending.continue_with))


def _run(room: Room, member: Member, part: Part, entered: Entered | None) -> Run:
    number = 1 + sum(run.part is part for run in member.runs)
    falls = hundredth(member.person.id, part.journey) if part.definition.entry.hold_out else None
    enrolment = f"{member.person.id}.{part.journey}.{number}"
    run = Run(member, part, enrolment, since=room.now, entered=entered, hundredth=falls, count=room.tally.journeys[part.journey])
    run.story = [] if room.keeps_stories else None
    member.runs.append(run)
    return run


def _in_the_way(room: Room, member: Member, part: Part, entered: Entered | None) -> str | None:
    """The first no among the questions."""
    return next((refused for _, refused in _questions(room, member, part, entered) if refused is not None), None)


def _questions(room: Room, member: Member, part: Part, entered: Entered | None) -> Iterator[tuple[str, str | None]]:
    """The questions of the front desk, in its order, each with its code where the answer is no. One is asked only after a yes to all before it."""
    definition, person = part.definition, member.person
    yield "objection", "objected" if member.objected and definition.purpose is Purpose.PROMOTIONAL else None
    yield "stop list", "suppressed" if person.suppressed and definition.purpose is not Purpose.SAFETY else None
    yield "market", "wrong_market" if person.market not in definition.markets else None
    yield "market policy", "no_market_policy" if member.policy is None else None
    yield "entering again", _again(room, member, part, entered)
    yield "entry condition", None if eligible(definition, member.known(definition.facts, room.now, product=definition.product)) else "not_eligible"


def _tell(room: Room, member: Member, part: Part, entered: Entered | None) -> None:
    """Put the questions up to the first no into the trace."""
    if room.trace is None:
        return
    asked: list[Question] = []
    for what, refused in _questions(room, member, part, entered):
        names = tuple(dict.fromkeys(named_facts(part.definition.entry.when))) if what == "entry condition" else ()
        known = member.known(names, room.now, product=part.definition.product)
        told = ", ".join(f"{name.replace('_', ' ')} {'not known' if value is None else value}" for name, value in known.items())
        asked.append(Question(asked=what, told=told, refused=refused))
        if refused is not None:
            break
    room.trace.door(room.now, member.person.id, part.journey, asked)


def _again(room: Room, member: Member, part: Part, entered: Entered | None) -> str | None:
    """Whether the rule of re-entry lets the person in again. By key, only the runs of the same key count."""
    again = part.definition.entry.again
    earlier = [run for run in member.runs if run.part is part]
    if again == BY_KEY:
        if entered is None or entered.key is None:
            return "no_key"
        earlier = [run for run in earlier if run.entered is not None and run.entered.key == entered.key]
    if not earlier:
        return None
    if any(run.ended is None for run in earlier):
        return "already_enrolled"
    if again in {NEVER, BY_KEY}:
        return "never_again"
    last = max(run.ended for run in earlier if run.ended is not None)
    early = isinstance(again, Length) and room.now < member.diary.calendar.after(last, again)
    return "too_early_to_enter_again" if early else None


def _hand_over(room: Room, run: Run, persona: str) -> None:
    """Another persona's strategy for the same product takes the HCP over: one for the market before others, then the one of the highest priority."""
    market, product = run.member.person.market, run.part.definition.product
    fitting = [part for part in room.stage.parts if part.definition.persona == persona and part.definition.product == product]
    best = max(fitting, key=lambda part: (market in part.definition.markets, part.definition.priority), default=None)
    refused = "no_strategy" if best is None else offer(room, run.member, best)
    run.count.hand_overs[refused or "taken_over"] += 1
