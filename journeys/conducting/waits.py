"""How a line waits and what ends its waiting: the time, something heard of a touch, an event of the outside, a condition that comes true."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from journeys import state as at
from journeys.commands import What
from journeys.conditions import named_facts
from journeys.conducting import marks, memory, steps, touches
from journeys.definitions import (
    ATTENDED,
    CALLED_OFF,
    DECLINED,
    HAPPENED,
    MET,
    MISSED,
    MISSING,
    NO_ANSWER,
    NOT_RECORDED,
    PAST,
    TIMEOUT,
    BranchStep,
    Heard,
    InviteStep,
    JourneyStep,
    RequestStep,
    Wait,
    WaitStep,
)
from journeys.openings import Opening, next_opening
from journeys.state import EndKind, Place, Waiting, settled

if TYPE_CHECKING:
    from datetime import datetime

    from journeys.conducting.moves import Move


def enter(move: Move, here: Place, step: WaitStep) -> None:
    """Begin to wait. What must be judged on fresh facts asks for them first."""
    names = _needs(step.wait)
    if names:
        steps.ask_facts(move, here, names)
    else:
        _begin(move, here, step)


def facts_told(move: Move) -> None:
    """The facts that the line in play asked for have come."""
    place, step = move.place, move.step
    if place is None:
        return
    match step:
        case BranchStep():
            steps.choose(move, step)
        case WaitStep():
            _begin(move, place, step)
        case InviteStep():
            touches.invite(move, place, step)
        case _:
            pass


def wait_until(move: Move, place: Waiting) -> None:
    """Wait there. Lists show where runs stand and until when, so it is told unless the move to this step was, in this very advance."""
    if (not move.commands or not isinstance(move.place, at.Ready)) and move.place != place:
        move.note(What.WAITING, until=place.until)
    move.park(place)


def look(move: Move) -> None:
    """See whether the line in play, where it waits, has what it waits for: heard or happened before or since, true now, or another time now."""
    place, step = move.place, move.step
    if not isinstance(place, Waiting):
        return
    if isinstance(step, InviteStep):
        _hear_of_invitation(move, place, step)
    elif isinstance(step, WaitStep):
        match step.wait.form:
            case "for":
                _hear(move, place, step)
            case "event":
                _recall(move, place, step)
            case "when":
                if step.wait.when is not None and move.holds(step.wait.when):
                    move.leave(MET)
            case "until":
                _reckon(move, place, step.wait)
            case _:
                pass


def time_is_up(move: Move, place: Waiting) -> None:
    """The time that the line in play waited for, or its patience, has come to an end."""
    step = move.step
    wait = step.wait if isinstance(step, WaitStep) else None
    names = _needs(wait) if wait is not None else ()
    if wait is not None and wait.when is not None and not move.as_first and move.holds(wait.when):
        move.leave(MET)
    elif names:
        steps.ask_facts(move, place, names)  # the condition may have come true, the date been put off, unheard
    else:
        give_up(move, place)


def give_up(move: Move, place: Waiting) -> None:
    """Go on without what was waited for."""
    step = move.step
    if isinstance(step, InviteStep):
        move.leave(NO_ANSWER if place.stage == "answer" else NOT_RECORDED)
        return
    if isinstance(step, WaitStep) and step.wait.local is not None:
        move.keep(answered={**move.state.answered, place.step: (place.until.isoformat(),)})
    move.leave(TIMEOUT)


def draw_anew(move: Move) -> None:
    """The HCP's calendar is another: a wait for a local time, or for a local day, ends at another instant now."""
    place, step = move.place, move.step
    if isinstance(place, Waiting) and isinstance(step, WaitStep) and step.wait.local is not None:
        wait_until(move, place.model_copy(update={"until": next_opening(step.wait.local, calendar=move.state.calendar, now=move.now)}))
    else:
        look(move)


def invitation_changed(move: Move, starts: datetime | None) -> None:
    """What the line in play invites to begins at another time, or is called off. An answer that was given stands."""
    place, step = move.place, move.step
    if not isinstance(place, Waiting) or not isinstance(step, InviteStep):
        return
    if starts is None:
        move.leave(CALLED_OFF)
        return
    move.note(What.RESCHEDULED, until=starts)
    answer_by = min(move.state.calendar.after(move.now, step.invite.answer_by), max(starts, move.now))
    until = answer_by if place.stage == "answer" else _recorded(move, step, starts)
    move.park(place.model_copy(update={"starts": starts, "until": until}))


def awaited(move: Move, way: str) -> None:
    """Another journey or another system has told the line in play how it ended."""
    place, step = move.place, move.step
    match place, step:
        case at.Waiting(), JourneyStep():
            move.leave(way)
        case at.Waiting() | at.Held(), RequestStep():  # held: it was asked, as it seems, and what it said to that was lost
            move.learn(outcomes={place.step: way})
            if move.state.ended is None:
                move.leave(way)
        case _:
            pass


def _begin(move: Move, here: Place, step: WaitStep) -> None:
    wait = step.wait
    if wait.when is not None and move.holds(wait.when):
        move.leave(MET)
        return
    until = _until(move, here, wait)
    if until is None:
        if wait.until is not None:
            move.leave(MISSING)
        else:
            move.end(EndKind.FAULT, "wait_without_end")
        return
    if until <= move.now and _needs(wait):
        move.leave(PAST if wait.until is not None and until <= here.since else TIMEOUT)
        return
    if until <= move.now and wait.until is not None:
        move.leave(PAST)
        return
    touch = touch_of(move, wait.of) if wait.for_ else None
    wait_until(move, settled(at.Waiting, here, until=until, touch=touch))
    look(move)


def _until(move: Move, here: Place, wait: Wait) -> datetime | None:
    """When the wait ends by itself, counted from the moment at which it was entered; None where that is not known."""
    if wait.until is not None:
        return marks.resolve(move.state, wait.until)
    if wait.local is not None:
        return _opens(move, here, wait.local)
    length = wait.time or wait.up_to
    return None if length is None else move.state.calendar.after(here.since, length)


def _opens(move: Move, here: Place, opening: Opening) -> datetime:
    """The next opening. A loop that comes back at the very instant at which this step's wait for a time of day ended waits for the next one."""
    opens = next_opening(opening, calendar=move.state.calendar, now=move.now)
    if opening.at is not None and opens.isoformat() in move.state.answered.get(here.step, ()):
        return next_opening(opening, calendar=move.state.calendar, now=opens + timedelta(seconds=1))
    return opens


def _hear(move: Move, place: Waiting, step: WaitStep) -> None:
    """The first in the author's order counts. What this step has moved on for does not count again, so that no old click spins a loop."""
    heard = move.state.heard.get(place.touch or "", ())
    answered = move.state.answered.get(place.step, ())
    way = next((event for event in step.wait.for_ if event in heard and f"{place.touch} {event}" not in answered), None)
    if way is not None:
        _answer(move, place, f"{place.touch} {way}")
        move.leave(way)


def _hear_of_invitation(move: Move, place: Waiting, step: InviteStep) -> None:
    heard = move.state.heard.get(place.key, ())
    for way in (ATTENDED, MISSED, DECLINED):
        if way in heard:
            move.leave(way)
            return
    if Heard.ACCEPTED in heard and place.stage == "answer":
        starts = place.starts or marks.resolve(move.state, step.invite.starts) or move.now
        move.park(place.model_copy(update={"stage": "attendance", "until": _recorded(move, step, starts)}))


def _recorded(move: Move, step: InviteStep, starts: datetime) -> datetime:
    """Until when the attendance may be reported."""
    calendar = move.state.calendar
    return max(calendar.after(calendar.after(starts, step.invite.lasts), step.invite.recorded_by), move.now)


def _recall(move: Move, place: Waiting, step: WaitStep) -> None:
    answered = move.state.answered.get(place.step, ())
    match_ = next((one for one in move.state.happened if one.id not in answered and memory.suits(move, step.wait, one)), None)
    if match_ is not None:
        _answer(move, place, match_.id)
        move.note(What.HAPPENED, way=match_.event)
        move.leave(HAPPENED)


def _reckon(move: Move, place: Waiting, wait: Wait) -> None:
    until = marks.resolve(move.state, wait.until) if wait.until is not None else None
    if until is None:
        move.leave(MISSING)
    elif until != place.until:
        if until <= move.now:
            move.leave(PAST)
        else:
            wait_until(move, place.model_copy(update={"until": until}))


def _answer(move: Move, place: Waiting, what: str) -> None:
    answered = move.state.answered.get(place.step, ())
    move.keep(answered={**move.state.answered, place.step: (*answered, what)})


def _needs(wait: Wait) -> tuple[str, ...]:
    if wait.when is not None:
        return tuple(sorted(set(named_facts(wait.when))))
    return (wait.until.fact,) if wait.until is not None and wait.until.fact is not None else ()


def touch_of(move: Move, step_id: str | None) -> str | None:
    """The touch of which something is to be heard: that of the step named, else the line's latest."""
    if step_id is None:
        return move.state.latest.get(move.line)
    passage = move.state.passages.get(step_id)
    return None if passage is None else move.state.key_of(step_id, passage)
