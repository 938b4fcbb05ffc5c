"""The conductor: given a definition, a run's state, an event and the time, it says what the state becomes and what is to be done.

Total and pure: no clock, no randomness, no sets whose order could leak, no exception for any event in any state. An event that does
not concern the run, or that it has seen, changes nothing. The workflow performs the commands; the rehearsal plays the same code.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from journeys import events as on
from journeys import state as at
from journeys.commands import Command, What
from journeys.conditions import Value, holds
from journeys.definitions import OVERDUE, SENT, SKIPPED, TIMEOUT, Definition, EmailStep, Purpose
from journeys.durations import Calendar
from journeys.moves import Move
from journeys.reasons import Reason
from journeys.state import EndKind, State

REMEMBERED = 256
"""How many events a run remembers by id, to take each only once. The gate asks for itself, so an older repeat lets nothing out."""

Advance = tuple[State, tuple[Command, ...]]


def eligible(definition: Definition, facts: Mapping[str, Value | None]) -> bool:
    """Whether an HCP of whom these facts are known may enter the journey."""
    return holds(definition.entry.when, facts, {})


def begin(
    definition: Definition,
    *,
    enrolment: str,
    calendar: Calendar,
    facts: Mapping[str, Value | None],
    withdrawn: tuple[str, ...],
    now: datetime,
    objected: bool = False,
) -> Advance:
    """The first advance of a run: it enters the first step, or ends at once where an objection, entry, goal or exit condition say so."""
    named = {name: facts.get(name) for name in definition.facts}
    move = Move(definition, State(enrolment=enrolment, calendar=calendar, facts=named, withdrawn=withdrawn), now)
    move.note(What.BEGAN, to=definition.first)
    if objected and definition.purpose is Purpose.PROMOTIONAL:
        move.end(EndKind.OBJECTED, Reason.OBJECTED)
    elif not eligible(definition, named):
        move.end(EndKind.NOT_ELIGIBLE, "not_eligible")
    move.check_ends()
    if move.state.ended is None:
        move.enter(definition.first)
    return _done(move)


def advance(definition: Definition, state: State, event: on.Event, now: datetime) -> Advance:
    """What follows from one event. Returns the state unchanged and no commands where nothing does."""
    event_id = getattr(event, "id", None)
    if state.ended is not None or event_id in state.seen:
        return state, ()
    move = Move(definition, state, now)
    _take(move, event)
    # An act of consent is remembered also where it changed nothing: told again after a later one, it would undo that.
    if event_id is not None and (move.commands or move.state != state or isinstance(event, on.ConsentGiven | on.ConsentWithdrawn)):
        move.keep(seen=(*move.state.seen, event_id)[-REMEMBERED:])
    return _done(move)


def alarm(state: State) -> datetime | None:
    """When the run wants to be woken if nothing else happens: None while an effect is under way, and after the end."""
    match state.place:
        case at.AtTask(due=due):
            return due
        case at.Waiting(until=until):
            return until
        case at.Held(retry=retry, give_up=give_up):
            return min(retry, give_up)
        case _:
            return None


def _done(move: Move) -> Advance:
    if move.commands:
        move.keep(moves=move.state.moves + 1)
    return move.state, tuple(move.commands)


def _take(move: Move, event: on.Event) -> None:
    match event:
        case on.Complete() | on.Skip() | on.Snooze() | on.Reassign() | on.Choose():
            place = move.state.place
            if isinstance(place, at.AtTask) and place.key == event.task:
                _take_human(move, place, event)
        case on.Leave():
            move.end(EndKind.LEFT, event.reason, by=event.by, remark=event.remark)
        case on.TouchHeard():
            _take_heard(move, event)
        case on.FactsChanged() | on.FactsLoaded():
            _take_facts(move, event)
        case on.ConsentWithdrawn() | on.ConsentGiven() | on.Objected():
            _take_permission(move, event)
        case on.Settled():
            _take_settled(move, event)
        case on.Alarm():
            _take_alarm(move)
        case _ as never:
            assert_never(never)


def _take_human(move: Move, place: at.AtTask, event: on.Complete | on.Skip | on.Snooze | on.Reassign | on.Choose) -> None:
    match event:
        case on.Complete():
            _complete(move, place, event)
        case on.Skip():
            move.close_task("skipped", reason=event.reason, by=event.by, remark=event.remark)
            move.leave(SKIPPED, because=event.reason, by=event.by, remark=event.remark)
        case on.Snooze():
            move.keep(place=place.model_copy(update={"due": max(place.due, event.until), "snoozes": place.snoozes + 1}))
            move.note(What.SNOOZED, until=event.until, by=event.by, remark=event.remark)
        case on.Reassign():
            move.note(What.REASSIGNED, to=event.to, by=event.by, remark=event.remark)
        case on.Choose():
            move.keep(inquiry=event.inquiry or move.state.inquiry)
            move.close_task("redirected", by=event.by, remark=event.remark)
            move.go(event.offer, way="offer", by=event.by, remark=event.remark)


def _complete(move: Move, place: at.AtTask, event: on.Complete) -> None:
    move.close_task("done", way=event.outcome, channel=event.channel, by=event.by, remark=event.remark)
    move.keep(outcomes={**move.state.outcomes, place.step: event.outcome}, inquiry=event.inquiry or move.state.inquiry)
    if event.persona is not None:
        _meet(move, event)
    if move.state.ended is not None:
        return
    if event.chosen is not None:
        move.go(event.chosen, way="offer", by=event.by, remark=event.remark)
    elif isinstance(move.definition.steps.get(place.step), EmailStep) and event.outcome == SENT:
        move.deliver(by=event.by)
    else:
        move.leave(event.outcome, by=event.by)


def _meet(move: Move, event: on.Complete) -> None:
    """The conductor has met the HCP: the persona on record is confirmed or corrected, and the ends are looked at again."""
    known = move.state.facts.get("persona")
    move.note(What.PERSONA_CONFIRMED if event.persona == known else What.PERSONA_CORRECTED, to=event.persona, by=event.by, remark=event.remark)
    move.keep(facts={**move.state.facts, "persona": event.persona})
    if event.chosen is None:
        move.check_ends()


def _take_heard(move: Move, event: on.TouchHeard) -> None:
    known = move.state.heard.get(event.touch)
    if known is None or event.heard in known:
        return
    move.keep(heard={**move.state.heard, event.touch: tuple(sorted((*known, event.heard)))})
    move.note(What.HEARD, key=event.touch, step=at.step_of(event.touch), way=event.heard)
    move.heard_already()


def _take_facts(move: Move, event: on.FactsChanged | on.FactsLoaded) -> None:
    news = {name: value for name, value in event.facts.items() if name in move.state.facts}
    move.keep(facts={**move.state.facts, **news})
    move.check_ends()
    place = move.state.place
    if isinstance(event, on.FactsLoaded) and isinstance(place, at.Passing) and place.key == event.key:
        move.branch()


def _take_permission(move: Move, event: on.ConsentWithdrawn | on.ConsentGiven | on.Objected) -> None:
    match event:
        case on.Objected():
            if move.definition.purpose is Purpose.PROMOTIONAL:
                move.end(EndKind.OBJECTED, Reason.OBJECTED)
        case on.ConsentWithdrawn():
            move.keep(withdrawn=tuple(sorted({*move.state.withdrawn, event.channel})))
            _take_back(move, event.channel)
        case on.ConsentGiven():
            move.keep(withdrawn=tuple(channel for channel in move.state.withdrawn if channel != event.channel))
            move.try_again()


def _take_back(move: Move, channel: str) -> None:
    """When the HCP withdraws e-mail, one that a rep has yet to send is taken back, and one that is held leaves by its `blocked` path."""
    place = move.state.place
    if isinstance(place, at.Held):
        move.try_again()
    step = move.definition.steps.get(place.step) if isinstance(place, at.AtTask) else None
    if isinstance(step, EmailStep) and channel == "email" and step.email.to == "hcp" and move.definition.purpose is Purpose.PROMOTIONAL:
        move.close_task("cancelled", reason=Reason.CONSENT_WITHDRAWN)
        move.deliver()


def _take_settled(move: Move, event: on.Settled) -> None:
    place = move.state.place
    if not isinstance(place, at.Sending) or place.key != event.key:
        return
    if event.result in ("sent", "unknown"):
        move.keep(latest_touch=event.key)
        move.note(What.SENT, to=event.result)
        move.leave(SENT)
    else:
        move.blocked(event.reason or Reason.CHANNEL_REFUSED, until=event.until if event.result == "deferred" else None)


def _take_alarm(move: Move) -> None:
    due = alarm(move.state)
    if due is None or move.now < due:
        return
    match move.state.place:
        case at.AtTask():
            move.close_task("overdue")
            move.leave(OVERDUE)
        case at.Waiting():
            move.leave(TIMEOUT)
        case _:
            move.try_again()
