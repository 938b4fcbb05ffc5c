"""What leads where from a step, in sentences: every way out with the step it comes to, the offers, and what becomes of a touch that the gate refuses."""

from collections.abc import Iterator

from journeys.definitions import (
    OTHERWISE,
    OVERDUE,
    SKIPPED,
    BranchStep,
    ExitStep,
    Fate,
    InviteStep,
    MedicalStep,
    ParallelStep,
    SendStep,
    Step,
    path,
)
from journeys.explaining.phrases import Names, either, refusal, sentence
from journeys.explaining.ways import ways_told
from journeys.reasons import Reason


def leading(step: Step, names: Names) -> Iterator[str]:
    """Every way on from a step. A new kind needs nothing here: what its ways are called is `ways`'s."""
    if isinstance(step, ExitStep):
        return
    if isinstance(step, BranchStep):
        yield from _cases(step, names)
        return
    yield from _paths(step, names)
    yield from _offers(step, names)
    if isinstance(step, SendStep):
        yield from _blocked(step, names)
    elif isinstance(step, MedicalStep):
        yield from _unasked(step, names)


def _cases(step: BranchStep, names: Names) -> Iterator[str]:
    for case in step.branch:
        yield sentence(f"if {names.condition(case.when)}, {names.onward(case.next)}")
    yield sentence(f"otherwise {names.onward(step.next)}")


def _paths(step: Step, names: Names) -> Iterator[str]:
    """One sentence for each step that is come to, with all the ways there, as a run would go: a way without a path of its own goes where its wider one goes."""
    ways: dict[str, list[str]] = {}
    for way in (*step.ways, *((SKIPPED,) if OVERDUE in step.ways else ())):
        to = path(step, way)
        if to is not None:
            ways.setdefault(to, []).append(way)
    if len(ways) == 1:
        then = "after that" if isinstance(step, ParallelStep) else "then"
        yield sentence(f"{then} {names.onward(next(iter(ways)))}")
        return
    for to, those in ways.items():
        yield sentence(f"if {ways_told(step, those)}, {names.onward(to)}")


def _offers(step: Step, names: Names) -> Iterator[str]:
    offers: tuple[str, ...] = getattr(step, "offers", ())
    if offers:
        who = "medical" if isinstance(step, MedicalStep) else "the rep"
        yield sentence(f"{who} may choose instead, with a reason: {either([names.step(offer) for offer in offers])}")


def _blocked(step: SendStep, names: Names) -> Iterator[str]:
    """What becomes of a touch that may not go out. Where `blocked` is silent, it waits; what waited too long is skipped."""
    ways: dict[str, list[str]] = {}
    for reason, fate in step.blocked.items():
        if reason != OTHERWISE:
            # What has waited too long, or lapsed in a pause, cannot wait any more.
            spent = reason in (Reason.HELD_TOO_LONG, Reason.DROPPED) and fate == Fate.WAIT
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


def _fate(fate: str, step: SendStep | MedicalStep, names: Names) -> str:
    skipped = f"the journey goes on as if {_as_if(step)}"
    match fate:
        case Fate.EXIT:
            return "the journey ends"
        case Fate.SKIP:
            return skipped
        case Fate.FALL_BACK if isinstance(step, SendStep):
            by = " or ".join(names.by(route.channel, route.content) for route in step.sending.routes[1:])
            preferred = ", whichever the recipient prefers and the gate allows" if len(step.sending.routes) > 2 else ""  # noqa: PLR2004 - more than one other
            return f"it goes by another channel instead: {by}{preferred}; if that may not be either, it waits and is tried again"
        case Fate.WAIT if isinstance(step, SendStep):
            # What happens after that has a sentence of its own where the step names it.
            after = "" if Reason.HELD_TOO_LONG in step.blocked else f", and after that {skipped}"
            return f"it waits and is tried again, for {step.sending.hold_up_to} at most{after}"
        case Fate.WAIT:
            return skipped
        case _:
            return names.onward(fate)


def _as_if(step: SendStep | MedicalStep) -> str:
    match step:
        case MedicalStep():
            return "it had been withdrawn"
        case InviteStep():
            return "nobody had answered"
        case _:
            return "it had been sent"
