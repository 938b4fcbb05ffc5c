"""What an edit of a step means to a line that stands there: which deadline another length moves, and what a wait waits for now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeys import state as at
from journeys.conducting import lines, marks, waits
from journeys.definitions import (
    MISSING,
    STARTED,
    EscalateStep,
    InviteStep,
    JourneyStep,
    MedicalStep,
    ParallelStep,
    RequestStep,
    SendStep,
    Step,
    VisitStep,
    Wait,
    WaitStep,
)
from journeys.openings import next_opening

if TYPE_CHECKING:
    from datetime import datetime

    from journeys.conducting.moves import Move
    from journeys.definitions import Definition
    from journeys.durations import Length


def reword(move: Move, place: at.Place, before: Step | None) -> None:
    """Stand at the same passage of the step as it is worded now. What has fallen due by that is due at once: the alarm rings for it."""
    after = move.step
    if before is None or after is None or before == after:
        return
    match place:
        case at.AtTask():
            _task(move, place, before, after)
        case at.Held():
            was, now = _held_up_to(before), _held_up_to(after)
            if was is not None and now is not None:
                move.park(place.model_copy(update={"give_up": _moved(move, place, place.give_up, was, now)}))
        case at.Waiting():
            _waiting(move, place, before, after)
        case at.Joining():
            if isinstance(after, ParallelStep):
                lines.join_if_enough(move, place, after)
        case _:
            pass


def horizon(move: Move, old: Definition, *, began: datetime) -> datetime | None:
    """When the run ends at the latest, by the definition that it is on now."""
    before, after, ends = old.horizon, move.definition.horizon, move.state.ends_by
    if after is None:
        return None
    if before is None or ends is None:
        return move.state.calendar.after(began, after)
    calendar = move.state.calendar
    return ends if before == after else calendar.after(began, after) + (ends - calendar.after(began, before))


def _task(move: Move, place: at.AtTask, before: Step, after: Step) -> None:
    was, now = _due(before), _due(after)
    if was is None or now is None or was == now:
        return
    # Where the human put it off, a longer time may only add to that.
    due = max(place.due, move.state.calendar.after(place.since, now)) if place.snoozes else _moved(move, place, place.due, was, now)
    move.park(place.model_copy(update={"due": due}))


def _due(step: Step) -> Length | None:
    match step:
        case VisitStep():
            return step.visit.due
        case MedicalStep():
            return step.medical.due
        case EscalateStep():
            return step.escalate.due
        case _ if isinstance(step, SendStep):
            return step.sending.due
        case _:
            return None


def _held_up_to(step: Step) -> Length | None:
    match step:
        case RequestStep():
            return step.request.up_to
        case _ if isinstance(step, SendStep):
            return step.sending.hold_up_to
        case _:
            return None


def _waiting(move: Move, place: at.Waiting, before: Step, after: Step) -> None:
    match before, after:
        case WaitStep(), WaitStep():
            _wait(move, place, before.wait, after.wait)
        case InviteStep(), InviteStep():
            _invitation(move, place, before, after)
        case JourneyStep(), JourneyStep() if after.journey.up_to is None:
            move.leave(STARTED)  # it is awaited no more
        case JourneyStep(), JourneyStep():
            _end_by(move, place, before.journey.up_to, after.journey.up_to)
        case RequestStep(), RequestStep():
            _end_by(move, place, before.request.up_to, after.request.up_to)
        case _:
            pass


def _wait(move: Move, place: at.Waiting, before: Wait, after: Wait) -> None:
    until = _until(move, place, before, after)
    if until is None:
        move.leave(MISSING)
        return
    same_touch = bool(before.for_) and before.of == after.of
    touch = None if not after.for_ else place.touch if same_touch else waits.touch_of(move, after.of)
    move.park(place.model_copy(update={"until": until, "touch": touch}))


def _until(move: Move, place: at.Waiting, before: Wait, after: Wait) -> datetime | None:
    """A point of the calendar is read anew, a local time is the next one from now on, a length counts from where the wait began."""
    if after.until is not None:
        return place.until if before.until == after.until else marks.resolve(move.state, after.until)
    if after.local is not None:
        return place.until if before.local == after.local else next_opening(after.local, calendar=move.state.calendar, now=move.now)
    was, now = before.time or before.up_to, after.time or after.up_to
    if now is None:
        return place.until
    return _moved(move, place, place.until, was, now)


def _invitation(move: Move, place: at.Waiting, before: InviteStep, after: InviteStep) -> None:
    calendar, was, now = move.state.calendar, before.invite, after.invite
    starts = marks.resolve(move.state, now.starts)
    if starts is None or (was.starts, was.lasts, was.answer_by, was.recorded_by) == (now.starts, now.lasts, now.answer_by, now.recorded_by):
        return
    if place.stage == "attendance":
        until = calendar.after(calendar.after(starts, now.lasts), now.recorded_by)
    else:
        capped = place.until == marks.resolve(move.state, was.starts)  # the answer was waited for until it would start
        until = min(calendar.after(place.since, now.answer_by) if capped else _moved(move, place, place.until, was.answer_by, now.answer_by), starts)
    move.park(place.model_copy(update={"until": until}))


def _end_by(move: Move, place: at.Waiting, was: Length | None, now: Length | None) -> None:
    if now is not None:
        move.park(place.model_copy(update={"until": _moved(move, place, place.until, was, now)}))


def _moved(move: Move, place: at.Place, end: datetime, was: Length | None, now: Length) -> datetime:
    """The same deadline by another length. What came on top of the old one, the delay before a task or a pause, comes on top of the new one."""
    calendar = move.state.calendar
    if was == now:
        return end
    on_top = end - calendar.after(place.since, was) if was is not None else None
    return calendar.after(place.since, now) + on_top if on_top is not None else calendar.after(place.since, now)
