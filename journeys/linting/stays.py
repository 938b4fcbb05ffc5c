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
from journeys.linting.latest import FOREVER, NOTHING, added
from journeys.loading import Loc
from journeys.openings import Opening, Weekday

_DAY = timedelta(days=1)

_WEEKEND = timedelta(days=3)
"""From one working day to the next over a weekend; holidays may add to it."""


def at_least(step: Step, now: datetime) -> timedelta:
    """The time without which the step is not left: a wait for a length of time, or until a date. A human may be done at once."""
    if not isinstance(step, WaitStep):
        return NOTHING
    if step.wait.time is not None:
        return step.wait.time.roughly
    return NOTHING if step.wait.until is None or step.wait.until.at is None else ahead(step.wait.until, now)


def at_most(step: Step, now: datetime, *, unknown: timedelta = NOTHING) -> timedelta:
    """The time after which the step is left if nothing happens, a touch that is held included. `unknown` is how far away the date of a fact
    or a field is taken to be, for it is not known here."""
    match step:
        case _ if isinstance(step, SendStep):
            return added(until_sent(step.sending), _answered(step, now, unknown))
        case WaitStep():
            return _waited(step.wait, now, unknown)
        case VisitStep():
            return step.visit.due.roughly
        case MedicalStep():
            return step.medical.due.roughly
        case EscalateStep():
            return step.escalate.due.roughly
        case JourneyStep():
            return _told(step.journey.up_to)
        case RequestStep():
            return step.request.up_to.roughly
        case _:
            return NOTHING


def until_sent(sending: Sending) -> timedelta:
    """How long after its step was entered something may still go out: as long as a rep may take, and as long as it may be held."""
    return _told(sending.due) + sending.hold_up_to.roughly


def ahead(mark: Mark, now: datetime, *, unknown: timedelta = NOTHING) -> timedelta:
    """How far away a point in time is; never longer than `FOREVER`, and nothing for one that is past."""
    away = unknown if mark.at is None else min(mark.at - now, FOREVER)
    return max(added(away, _told(mark.plus)) - _told(mark.minus), NOTHING)


def planned(step: Step, now: datetime) -> timedelta:
    """Like `at_most`, for a touch that nothing holds, and a date that may be as far away as one likes where it is not known."""
    if isinstance(step, SendStep):
        return added(_told(step.sending.due), _answered(step, now, FOREVER))
    return at_most(step, now, unknown=FOREVER)


def lengths(step: Step) -> Iterator[tuple[Loc, Length]]:
    """Every length of time for which a run may stay at the step, with its place inside it; those that an author left out are left out."""
    match step:
        case VisitStep():
            yield ("visit", "due"), step.visit.due
        case _ if isinstance(step, SendStep):
            kind = next(kind for kind in ("email", "message", "invite") if hasattr(step, kind))
            given = (name for name in ("due", "hold_up_to", "answer_by", "lasts", "recorded_by") if name in step.sending.model_fields_set)
            yield from (((kind, name), length) for name in given if isinstance(length := getattr(step.sending, name), Length))
            if isinstance(step, InviteStep):
                yield from _moved(step.invite.starts, ("invite", "starts"))
        case MedicalStep():
            yield ("medical", "due"), step.medical.due
        case EscalateStep():
            yield ("escalate", "due"), step.escalate.due
        case WaitStep():
            waited = {"time": step.wait.time, "up_to": step.wait.up_to}
            yield from ((("wait", name), length) for name, length in waited.items() if length is not None)
            if step.wait.until is not None:
                yield from _moved(step.wait.until, ("wait", "until"))
        case JourneyStep(journey=journey) if journey.up_to is not None:
            yield ("journey", "up_to"), journey.up_to
        case RequestStep():
            yield ("request", "up_to"), step.request.up_to
        case _:
            pass


def _moved(mark: Mark, loc: Loc) -> Iterator[tuple[Loc, Length]]:
    """By how much a point in time lies after a date that the linter does not know."""
    if mark.at is None and mark.plus is not None:
        yield (*loc, "plus"), mark.plus


def _answered(step: SendStep, now: datetime, unknown: timedelta) -> timedelta:
    """How long an invitation goes on after it was sent: until it is answered, or over and its attendance reported."""
    if not isinstance(step, InviteStep):
        return NOTHING
    begins = max(step.invite.answer_by.roughly, ahead(step.invite.starts, now, unknown=unknown))
    return added(begins, step.invite.lasts.roughly + step.invite.recorded_by.roughly)


def _waited(wait: Wait, now: datetime, unknown: timedelta) -> timedelta:
    if wait.local is not None:
        return _away(wait.local)
    return ahead(wait.until, now, unknown=unknown) if wait.until is not None else _told(wait.time or wait.up_to)


def _away(opening: Opening) -> timedelta:
    """How far away a local time may be: the longest gap between two of its days."""
    if opening.on is None:
        return _DAY
    if not isinstance(opening.on, tuple):
        return _WEEKEND
    days = sorted(tuple(Weekday).index(day) for day in opening.on)
    return max((later - day - 1) % 7 + 1 for day, later in zip(days, [*days[1:], days[0]], strict=True)) * _DAY


def _told(length: Length | None) -> timedelta:
    return NOTHING if length is None else length.roughly
