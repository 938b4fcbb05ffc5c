"""How long a run may stay at a step, at the least and at the most, as far as a definition alone can tell."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from journeys.definitions import (
    EscalateStep,
    InviteStep,
    JourneyStep,
    Mark,
    MedicalStep,
    RequestStep,
    Sending,
    SendStep,
    Step,
    VisitStep,
    Wait,
    WaitStep,
)
from journeys.durations import Length
from journeys.loading import Loc

NOTHING = timedelta()

WEEK = timedelta(days=7)
"""The longest that a local time of some weekday is away; holidays may add to it."""


def at_least(step: Step, now: datetime) -> timedelta:
    """The time without which the step is not left: a wait for a length of time, or until a date. A human may be done at once."""
    if not isinstance(step, WaitStep):
        return NOTHING
    return step.wait.time.roughly if step.wait.time is not None else _until(step.wait.until, now)


def at_most(step: Step, now: datetime) -> timedelta:
    """The time after which the step is left if nothing happens, a touch that is held included. The date of a fact or a field is not known here
    and counts as nothing."""
    match step:
        case VisitStep():
            return step.visit.due.roughly
        case _ if isinstance(step, SendStep):
            return until_sent(step.sending) + _answered(step)
        case MedicalStep():
            return step.medical.due.roughly
        case EscalateStep():
            return step.escalate.due.roughly
        case WaitStep():
            return _waited(step.wait, now)
        case JourneyStep():
            return _told(step.journey.up_to)
        case RequestStep():
            return step.request.up_to.roughly
        case _:
            return NOTHING


def until_sent(sending: Sending) -> timedelta:
    """How long after its step was entered something may still go out: as long as a rep may take, and as long as it may be held."""
    return _told(sending.due) + sending.hold_up_to.roughly


def planned(step: Step, now: datetime) -> timedelta:
    """Like `at_most`, for a touch that nothing holds."""
    if isinstance(step, SendStep):
        return _told(step.sending.due) + _answered(step)
    return at_most(step, now)


def lengths(step: Step) -> Iterator[tuple[Loc, Length]]:
    """Every length of time for which a run may stay at the step, with its place inside it; those that an author left out are left out."""
    match step:
        case VisitStep():
            yield ("visit", "due"), step.visit.due
        case _ if isinstance(step, SendStep):
            kind = next(kind for kind in ("email", "message", "invite") if hasattr(step, kind))
            given = (name for name in ("due", "hold_up_to", "answer_by", "recorded_by") if name in step.sending.model_fields_set)
            yield from (((kind, name), length) for name in given if isinstance(length := getattr(step.sending, name), Length))
        case MedicalStep():
            yield ("medical", "due"), step.medical.due
        case EscalateStep():
            yield ("escalate", "due"), step.escalate.due
        case WaitStep():
            waited = {"time": step.wait.time, "up_to": step.wait.up_to}
            yield from ((("wait", name), length) for name, length in waited.items() if length is not None)
        case JourneyStep(journey=journey) if journey.up_to is not None:
            yield ("journey", "up_to"), journey.up_to
        case RequestStep():
            yield ("request", "up_to"), step.request.up_to
        case _:
            pass


def _answered(step: SendStep) -> timedelta:
    if not isinstance(step, InviteStep):
        return NOTHING
    return step.invite.answer_by.roughly + step.invite.lasts.roughly + step.invite.recorded_by.roughly


def _waited(wait: Wait, now: datetime) -> timedelta:
    if wait.local is not None:
        return WEEK
    return _told(wait.time or wait.up_to) + _until(wait.until, now)


def _until(mark: Mark | None, now: datetime) -> timedelta:
    if mark is None or mark.at is None:
        return NOTHING
    return max(mark.at - now + _told(mark.plus) - _told(mark.minus), NOTHING)


def _told(length: Length | None) -> timedelta:
    return NOTHING if length is None else length.roughly
