"""The few words that stand in and on a picture: what a step does, when a case holds. The sentences of a sign-off are `journeys.explaining`'s."""

from typing import assert_never

from journeys.conditions import AllOf, AnyOf, Condition, FactIs, Not, OutcomeIs
from journeys.definitions import BranchStep, EmailStep, ExitStep, MedicalStep, Step, VisitStep, WaitStep


def detail(step: Step) -> str:
    """What a step does, in the few words that fit under its title; nothing where its ways out say it."""
    match step:
        case VisitStep():
            return f"visit within {step.visit.due}"
        case EmailStep():
            return f"{'rep' if step.email.sent_by == 'rep' else 'automatic'} e-mail {step.email.content}{' to the nurse' if step.email.to == 'nurse' else ''}"
        case MedicalStep():
            return f"medical within {step.medical.due}"
        case WaitStep():
            return f"wait {step.wait.time}" if step.wait.time is not None else f"until {' or '.join(step.wait.for_)}, up to {step.wait.up_to or '…'}"
        case BranchStep():
            return ""
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


def _bracketed(condition: Condition) -> str:
    return f"({told(condition)})" if isinstance(condition, AllOf | AnyOf) else told(condition)


def _compared(comparison: FactIs | OutcomeIs) -> str:
    if comparison.in_ is not None:
        return f"in {', '.join(map(_word, comparison.in_))}"
    if isinstance(comparison, FactIs) and comparison.at_least is not None:
        return f"≥ {_word(comparison.at_least)}"
    if isinstance(comparison, FactIs) and comparison.at_most is not None:
        return f"≤ {_word(comparison.at_most)}"
    return f"is {_word(comparison.is_)}"


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
