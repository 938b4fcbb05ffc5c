"""The conductor: given a definition, a run's state, an event and the time, it says what the state becomes and what is to be done.

Total and pure: no clock, no randomness, no sets whose order could leak, no exception for any event in any state. An event that does
not concern the run, or that it has seen, changes nothing. The workflow performs the commands; the rehearsal plays the same code.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from journeys import events as on
from journeys import state as at
from journeys.arrivals import Arrival
from journeys.commands import Command, What
from journeys.conditions import Value, holds
from journeys.conducting import ageing, memory, pauses, repairs, reports, requests, touches, waits
from journeys.conducting.moves import Move
from journeys.definitions import NOT_STARTED, OVERDUE, STARTED, Definition, JourneyStep, Purpose, RequestStep
from journeys.reasons import Reason
from journeys.state import INTERPRETER, EndKind, Occurrence, Place, State, settled

REMEMBERED = 256
"""How many events a run remembers by id, to take each only once. The gate asks for itself, so an older repeat lets nothing out."""

Advance = tuple[State, tuple[Command, ...]]

_ACTS = (on.ConsentGiven, on.ConsentWithdrawn, on.Paused, on.Resumed)
"""Remembered also where they changed nothing: told again after a later one, they would undo it."""


def eligible(definition: Definition, facts: Mapping[str, Value | None]) -> bool:
    """Whether an HCP of whom these facts are known may enter the journey."""
    return holds(definition.entry.when, facts, {})


def begin(definition: Definition, arrival: Arrival, *, enrolment: str, now: datetime, interpreter: int = INTERPRETER) -> Advance:
    """The first advance of a run: it enters the first step, or ends at once where an objection, the entry, the hold-out, the goal or an
    exit condition says so. `interpreter` is the number by which it is played until it continues as new."""
    named = {name: arrival.facts.get(name) for name in definition.facts}
    ends_by = arrival.calendar.after(now, definition.horizon) if definition.horizon is not None else None
    state = State.model_construct(
        interpreter=interpreter,
        enrolment=enrolment,
        calendar=arrival.calendar,
        facts=named,
        withdrawn=arrival.withdrawn,
        entered=arrival.entered,
        ends_by=ends_by,
    )
    move = Move(definition, state, now)
    move.note(What.BEGAN, to=definition.first)
    if arrival.objected and definition.purpose is Purpose.PROMOTIONAL:
        move.end(EndKind.OBJECTED, Reason.OBJECTED)
    elif not eligible(definition, named):
        move.end(EndKind.NOT_ELIGIBLE, "not_eligible")
    elif arrival.hundredth is not None and arrival.hundredth < definition.entry.hold_out:
        move.end(EndKind.HELD_OUT, "held_out")
    move.check_ends()
    if move.state.ended is None:
        move.enter(definition.first)
        move.proceed()
    return _done(move)


def advance(definition: Definition, state: State, event: on.Event, now: datetime) -> Advance:
    """What follows from one event. Returns the state unchanged and no commands where nothing does."""
    event_id = event.id
    if state.ended is not None or event_id in state.seen:
        return state, ()
    move = Move(definition, state, now)
    _take(move, event)
    concerned = bool(move.commands) or move.state != state
    if concerned or isinstance(event, on.Proceed):
        move.proceed()
    if event_id is not None and (concerned or isinstance(event, _ACTS)):
        move.keep(seen=(*move.state.seen, event_id)[-REMEMBERED:])
    return _done(move)


def take_up(definition: Definition, state: State, now: datetime) -> State:
    """The state by which this interpreter goes on with a run that continues as new: one that was played by another looks at what has grown older."""
    if state.interpreter == INTERPRETER:
        return state
    return state.model_copy(update={"interpreter": INTERPRETER, "look_again": now if definition.ageing else None})


def alarm(state: State) -> datetime | None:
    """When the run wants to be woken if nothing else happens: None while it is paused or has only effects under way, and after the end."""
    known = vars(state)
    if known["pauses"] or known["ended"] is not None:
        return None
    first: datetime | None = known["ends_by"]
    for due in (known["look_again"], *map(due_at, known["places"])):
        if due is not None and (first is None or due < first):
            first = due
    return first


def due_at(place: Place) -> datetime | None:
    """When a place is left, or looked at again, if nothing else happens."""
    match place:
        case at.AtTask(due=due):
            return due
        case at.Waiting(until=until):
            return until
        case at.Held(retry=retry, give_up=give_up):
            return min(retry, give_up)
        case _:
            return None


def ready(state: State) -> bool:
    """Whether a line stands at a door and it is its turn: the event is Proceed. While an effect is under way, its answer comes first."""
    return state.ready is not None


def _done(move: Move) -> Advance:
    ageing.plan(move)
    if move.commands:
        move.keep(moves=move.state.moves + 1)
    return move.state, tuple(move.commands)


def _take(move: Move, event: on.Event) -> None:  # noqa: PLR0912, C901 - one line for each kind of event, the frequent ones first
    match event:
        case on.Alarm():
            _take_alarm(move)
        case on.Settled():
            _take_settled(move, event)
        case on.Complete() | on.Skip() | on.Snooze() | on.Reassign() | on.Choose():
            place = _turn_to(move, event.task)
            if isinstance(place, at.AtTask):
                reports.take(move, place, event)
        case on.Leave():
            move.end(EndKind.LEFT, event.reason, by=event.by, remark=event.remark)
        case on.Retry() | on.GoOn() | on.MoveTo():
            if _turn_to(move, event.passage) is not None:
                _take_repair(move, event)
        case on.TouchHeard():
            _take_heard(move, event)
        case on.InvitationChanged():
            if _turn_to(move, event.touch) is not None:
                waits.invitation_changed(move, event.starts)
        case on.Happened():
            _take_happened(move, event)
        case on.FactsChanged() | on.FactsLoaded():
            _take_facts(move, event)
        case on.CalendarDrawn():
            move.keep(calendar=event.calendar)
            move.on_every_line(waits.draw_anew)
        case on.ConsentWithdrawn() | on.ConsentGiven() | on.Objected():
            _take_permission(move, event)
        case on.ContentRecalled():
            move.on_every_line(lambda line: touches.recall(line, event.content))
        case on.JourneyBegun() | on.Called():
            if isinstance(_turn_to(move, event.key), at.Passing):
                _take_answer(move, event)
        case on.JourneyEnded():
            if _turn_to(move, event.key) is not None:
                waits.awaited(move, event.way)
        case on.RequestAnswered():
            if _turn_to(move, event.key) is not None:
                waits.awaited(move, event.answer)
        case on.Paused():
            pauses.pause(move, event)
        case on.Resumed():
            pauses.resume(move, event)
        case on.Proceed():
            pass
        case _ as never:
            assert_never(never)


def _turn_to(move: Move, key: str) -> Place | None:
    """Play the line of that passage, where one stands there."""
    place = move.state.at(key)
    if place is not None:
        move.line, move.late = place.line, place.late
    return place


def _take_repair(move: Move, event: on.Retry | on.GoOn | on.MoveTo) -> None:
    match event:
        case on.Retry():
            repairs.retry(move, event)
        case on.GoOn():
            repairs.go_on(move, event)
        case on.MoveTo():
            repairs.move_to(move, event)


def _take_heard(move: Move, event: on.TouchHeard) -> None:
    known = move.state.heard.get(event.touch)
    if known is None or event.heard in known:
        return
    move.keep(heard={**move.state.heard, event.touch: tuple(sorted((*known, event.heard)))})
    move.note(What.HEARD, key=event.touch, step=move.state.step_of(event.touch), way=event.heard)
    move.look_around()


def _take_happened(move: Move, event: on.Happened) -> None:
    """An event of the outside: it may end the run, or be what a line waits for, or will."""
    occurrence = Occurrence(id=event.id, event=event.event, key=event.key, fields=event.fields)
    leaving = (end for end in move.definition.exit_on if end.event == event.event)
    if any(memory.fits(move.state.entered, occurrence, end.where, same_key=end.same_key) for end in leaving):
        move.end(EndKind.EXIT_EVENT, event.event)
    elif memory.concerns(move, occurrence):
        memory.remember(move, occurrence)
        move.look_around()


def _take_facts(move: Move, event: on.FactsChanged | on.FactsLoaded) -> None:
    news = {name: value for name, value in event.facts.items() if name in move.state.facts}
    move.learn(facts=news)
    move.look_around()
    if isinstance(event, on.FactsLoaded) and move.state.ended is None and isinstance(_turn_to(move, event.key), at.Passing):
        waits.facts_told(move)


def _take_permission(move: Move, event: on.ConsentWithdrawn | on.ConsentGiven | on.Objected) -> None:
    match event:
        case on.Objected():
            if move.definition.purpose is Purpose.PROMOTIONAL:
                move.end(EndKind.OBJECTED, Reason.OBJECTED)
        case on.ConsentWithdrawn():
            move.keep(withdrawn=tuple(sorted({*move.state.withdrawn, event.channel})))
            move.on_every_line(lambda line: touches.take_back(line, event.channel))
        case on.ConsentGiven():
            move.keep(withdrawn=tuple(channel for channel in move.state.withdrawn if channel != event.channel))
            move.on_every_line(touches.try_again)


def _take_settled(move: Move, event: on.Settled) -> None:
    if not isinstance(_turn_to(move, event.key), at.Sending):
        return
    if event.result in ("sent", "unknown"):
        touches.sent(move, event.key, event.result, channel=event.channel)
        waits.look(move)
    else:
        touches.block(move, event.reason or Reason.CHANNEL_REFUSED, until=event.until if event.result == "deferred" else None)


def _take_answer(move: Move, event: on.JourneyBegun | on.Called) -> None:
    """Another journey has begun, or another system has been called: go on, or wait for what comes of it."""
    place, step = move.place, move.step
    if place is None:
        return
    match event, step:
        case on.JourneyBegun(), JourneyStep():
            if event.refused is not None:
                move.leave(NOT_STARTED, because=event.refused)
            elif step.journey.up_to is None:
                move.leave(STARTED)
            else:
                waits.wait_until(move, settled(at.Waiting, place, until=move.state.calendar.after(place.since, step.journey.up_to)))
        case on.Called(), RequestStep():
            requests.heard(move, event)
        case _:
            pass


def _take_alarm(move: Move) -> None:
    """The place that fell due first is left; others that are due too have their turn when the alarm rings again, which is at once."""
    ends_by = move.state.ends_by
    if alarm(move.state) is None:
        return
    if ends_by is not None and ends_by <= move.now:
        move.end(EndKind.HORIZON, "horizon")
        return
    timed = [(due, place) for place in move.state.places if (due := due_at(place)) is not None and due <= move.now]
    if not timed:
        ageing.look(move)
        return
    due, place = min(timed, key=lambda pair: pair[0])
    move.line, move.late = place.line, move.state.caught_up is not None and due <= move.state.caught_up
    match place:
        case at.AtTask():
            move.close_task("overdue")
            move.leave(OVERDUE)
        case at.Waiting():
            waits.time_is_up(move, place)
        case _:
            repairs.try_again(move)
