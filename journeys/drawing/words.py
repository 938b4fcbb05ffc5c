"""The few words that stand in and on a picture: what a step does, when a case holds. The sentences of a sign-off are `journeys.explaining`'s."""

from typing import assert_never

from journeys.conditions import AllOf, AnyOf, Condition, FactIs, Not, OutcomeIs
from journeys.definitions import (
    BranchStep,
    EmailStep,
    EscalateStep,
    ExitStep,
    InviteStep,
    JourneyStep,
    Mark,
    MedicalStep,
    MessageStep,
    NotifyStep,
    ParallelStep,
    RequestStep,
    Sending,
    SplitStep,
    Step,
    UpdateStep,
    VisitStep,
    Wait,
    WaitStep,
)
from journeys.openings import Opening


def detail(step: Step) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of step
    """What a step does, in the few words that fit under its title; nothing where its ways out say it."""
    match step:
        case VisitStep():
            return f"visit within {step.visit.due}"
        case EmailStep():
            return _sent("e-mail", step.email)
        case MessageStep():
            return _sent(step.message.channel, step.message)
        case InviteStep():
            return f"{_sent('invitation', step.invite)}, {step.invite.occasion} {mark(step.invite.starts)}"
        case MedicalStep():
            return f"medical within {step.medical.due}"
        case EscalateStep():
            return f"escalate {step.escalate.about} within {step.escalate.due}"
        case WaitStep():
            return _waited(step.wait)
        case BranchStep():
            return ""
        case SplitStep():
            return ", ".join(f"{arm} {weight}" for arm, weight in step.split.arms.items())
        case ParallelStep():
            return f"join {step.parallel.join}"
        case JourneyStep():
            return f"journey {step.journey.start}" + (f", up to {step.journey.up_to}" if step.journey.awaited else ", not awaited")
        case UpdateStep():
            return ", ".join(name for name, value in step.update if value)
        case NotifyStep():
            return f"notify {step.notify.whom}"
        case RequestStep():
            return f"ask {step.request.to}, up to {step.request.up_to}"
        case ExitStep():
            return f"exit: {step.exit.reason}"
        case _ as never:
            assert_never(never)


def told(condition: Condition) -> str:
    """A condition in a few words."""
    match condition:
        case AllOf():
            return " and ".join(_bracketed(part) for part in condition.all)
        case AnyOf():
            return " or ".join(_bracketed(part) for part in condition.any)
        case Not():
            return f"not {_bracketed(condition.not_)}"
        case OutcomeIs():
            return f"{condition.outcome} {_compared(condition)}"
        case FactIs(known=bool(known)):
            return f"{condition.fact} is {'' if known else 'not '}known"
        case FactIs():
            return f"{condition.fact} {_compared(condition)}"


def mark(point: Mark) -> str:
    """A point in time in a few words."""
    source = point.fact or point.field or (f"{point.at:%Y-%m-%d %H:%M %Z}" if point.at is not None else "")
    moved = f"{point.plus} after " if point.plus is not None else f"{point.minus} before " if point.minus is not None else ""
    return f"{moved}{source}"


def opening(when: Opening) -> str:
    """A time of the HCP's week in a few words."""
    hours = f"{when.at:%H:%M}" if when.at is not None else "–".join(f"{at:%H:%M}" for at in when.between or ())
    days = when.on.replace("_", " ") if isinstance(when.on, str) else ", ".join(when.on or ())
    return " ".join(part for part in (hours, days) if part) or "any time"


def _sent(what: str, sending: Sending) -> str:
    return f"{'rep' if sending.sent_by == 'rep' else 'automatic'} {what} {sending.content}{' to the nurse' if sending.to == 'nurse' else ''}"


def _waited(wait: Wait) -> str:
    if wait.time is not None:
        return f"wait {wait.time}"
    if wait.until is not None:
        return f"until {mark(wait.until)}"
    if wait.local is not None:
        return f"until {opening(wait.local)}"
    what = " or ".join(wait.for_) or wait.event or (told(wait.when) if wait.when is not None else "")
    return f"until {what}, up to {wait.up_to or '…'}"


def _bracketed(condition: Condition) -> str:
    return f"({told(condition)})" if isinstance(condition, AllOf | AnyOf) else told(condition)


def _compared(comparison: FactIs | OutcomeIs) -> str:
    if comparison.in_ is not None:
        return f"in {', '.join(map(_word, comparison.in_))}"
    if isinstance(comparison, FactIs):
        for sign, value in (("≥", comparison.at_least), ("≤", comparison.at_most), ("has", comparison.has)):
            if value is not None:
                return f"{sign} {_word(value)}"
    return f"is {_word(comparison.is_)}"


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
