"""What leads where from a step, in sentences: its ways out, its offers, and what becomes of a touch that the gate refuses."""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from journeys.definitions import (
    ANSWERED,
    OTHERWISE,
    OVERDUE,
    SENT,
    SKIPPED,
    TIMEOUT,
    WITHDRAWN,
    BranchStep,
    EmailStep,
    ExitStep,
    Fate,
    Heard,
    MedicalStep,
    Step,
    VisitStep,
    WaitStep,
)
from journeys.explaining.phrases import Names, either, refusal, sentence, spoken
from journeys.reasons import Reason

_WAYS = {
    OVERDUE: "it is not done in time",
    SKIPPED: "is left out with a reason",
    SENT: "it has been sent",
    TIMEOUT: "nothing is heard in that time",
    ANSWERED: "medical has answered",
    WITHDRAWN: "the question is withdrawn",
    OTHERWISE: "anything else happens",
    Heard.DELIVERED: "the e-mail is delivered",
    Heard.OPENED: "the e-mail is opened",
    Heard.CLICKED: "a link is clicked",
    Heard.REPLIED: "the e-mail is answered",
    Heard.BOUNCED: "the e-mail comes back",
}


def leading(step: Step, names: Names) -> Iterator[str]:
    """Every way on from a step."""
    match step:
        case VisitStep():
            yield from _paths(step.next, names, skippable=True)
            yield from _offers(step.offers, names, who="the rep")
        case EmailStep():
            yield from _paths(step.next, names, skippable=step.email.sent_by == "rep")
            yield from _offers(step.offers, names, who="the rep")
            yield from _blocked(step, names)
        case MedicalStep():
            yield from _paths(step.next, names, skippable=True)
            yield from _offers(step.offers, names, who="medical")
            yield from _unasked(step, names)
        case WaitStep():
            yield from _paths(step.next, names, skippable=False)
        case BranchStep():
            for case in step.branch:
                yield sentence(f"if {names.condition(case.when)}, {names.step(case.next)} follows")
            yield sentence(f"otherwise {names.step(step.next)} follows")
        case ExitStep():
            return
        case _ as never:
            assert_never(never)


def ways_told(ways: Iterable[str]) -> str:
    """Ways out, after "if": what a human reports first, then what happens of itself."""
    reports = [f"“{spoken(way)}”" for way in ways if way not in _WAYS]
    told = [f"the report is {either(reports)}"] if reports else []
    return either([*told, *(_WAYS[way] for way in ways if way in _WAYS)])


def _paths(paths: Mapping[str, str], names: Names, *, skippable: bool) -> Iterator[str]:
    """One sentence for each step that is led to, with all the ways there; left out goes where overdue goes unless it has a path."""
    if set(paths) == {OTHERWISE}:
        yield sentence(f"then {names.step(paths[OTHERWISE])} follows")
        return
    ways: dict[str, list[str]] = {}
    for way, to in paths.items():
        unnamed = skippable and way == OVERDUE and SKIPPED not in paths
        ways.setdefault(to, []).extend([way, SKIPPED] if unnamed else [way])
    for to, those in ways.items():
        yield sentence(f"if {ways_told(those)}, {names.step(to)} follows")


def _offers(offers: tuple[str, ...], names: Names, *, who: str) -> Iterator[str]:
    if offers:
        yield sentence(f"{who} may choose instead, with a reason: {either([names.step(offer) for offer in offers])}")


def _blocked(step: EmailStep, names: Names) -> Iterator[str]:
    """What becomes of an e-mail that may not go out. Where `blocked` is silent, it waits; what waited too long is skipped."""
    ways: dict[str, list[str]] = {}
    for reason, fate in step.blocked.items():
        if reason != OTHERWISE:
            # What has waited too long cannot wait any more.
            spent = reason == Reason.HELD_TOO_LONG and fate == Fate.WAIT
            ways.setdefault(Fate.SKIP if spent else fate, []).append(refusal(reason))
    for fate, reasons in ways.items():
        yield sentence(f"if {either(reasons)}, {_fate(fate, step, names)}")
    other = step.blocked.get(OTHERWISE, Fate.WAIT)
    yield sentence(f"if it may not be sent for any {'other ' if ways else ''}reason, {_fate(other, step, names)}")
    if other != Fate.WAIT:
        # A deferral ends by itself, so `otherwise` does not speak for it.
        yield sentence(f"if it may not be sent yet, as when the cap of touches per week is reached, {_fate(Fate.WAIT, step, names)}")


def _unasked(step: MedicalStep, names: Names) -> Iterator[str]:
    """What becomes of a hand-off without a question. It cannot wait, so where `blocked` is silent it is left as if withdrawn."""
    for reason, fate in step.blocked.items():
        yield sentence(f"if {'it may not begin for any other reason' if reason == OTHERWISE else refusal(reason)}, {_fate(fate, step, names)}")
    if not {Reason.NO_INQUIRY, OTHERWISE} & set(step.blocked):
        yield "Without a recorded question, the journey goes on as if it had been withdrawn."


def _fate(fate: str, step: EmailStep | MedicalStep, names: Names) -> str:
    as_if = "sent" if isinstance(step, EmailStep) else "withdrawn"
    match fate:
        case Fate.EXIT:
            return "the journey ends"
        case Fate.SKIP:
            return f"the journey goes on as if it had been {as_if}"
        case Fate.WAIT if isinstance(step, EmailStep):
            # The gate's answer to `held_too_long` has a sentence of its own where the step names it.
            after = "" if Reason.HELD_TOO_LONG in step.blocked else ", and after that the journey goes on as if it had been sent"
            return f"it waits and is tried again, for {step.email.hold_up_to} at most{after}"
        case Fate.WAIT:
            return f"the journey goes on as if it had been {as_if}"
        case _:
            return f"{names.step(fate)} follows"
