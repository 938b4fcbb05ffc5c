"""The moves that a run can make without a pause: through steps that decide, and wherever a touch leads that cannot go out or needs no hand."""

from collections.abc import Iterator

from journeys.definitions import (
    DONE,
    EXHAUSTED,
    FAILED,
    JOINED,
    MET,
    MISSING,
    NO_ANSWER,
    NOT_STARTED,
    PAST,
    SENT,
    STARTED,
    TIMEOUT,
    TOO_LATE,
    WITHDRAWN,
    BranchStep,
    Fate,
    InviteStep,
    JourneyStep,
    MedicalStep,
    NotifyStep,
    ParallelStep,
    RequestStep,
    SendStep,
    SplitStep,
    Step,
    UpdateStep,
    WaitStep,
)
from journeys.linting.roads import Kind, blocked_of
from journeys.linting.subject import Subject


def at_once(subject: Subject, step_id: str) -> list[str]:
    """The steps that may be come to from a step in the same instant."""
    step = subject.steps[step_id]
    roads = subject.roads[step_id]
    if isinstance(step, BranchStep):
        return [road.to for road in roads]
    straight = [road.to for road in roads if road.kind in (Kind.LINE, Kind.BLOCKED)]
    led = (subject.map.led(step_id, way) for way in (*_ways(step), EXHAUSTED) if way in step.ways)
    return [*straight, *(to for to in led if to is not None)]


def _ways(step: Step) -> Iterator[str]:  # noqa: C901 - one line for each kind of step
    """The ways out that a step may take as soon as it is entered."""
    skips = Fate.SKIP.value in blocked_of(step).values()
    match step:
        case InviteStep():
            yield from (MISSING, TOO_LATE)
            if skips:
                yield NO_ANSWER
        case _ if isinstance(step, SendStep):
            if skips or step.sending.sent_by == "automatic":
                yield SENT
        case MedicalStep():
            yield WITHDRAWN  # without a question the hand-off is blocked at once, and skipping it is its `withdrawn` way
        case WaitStep():
            yield from _waited(step)
        case SplitStep():
            yield from step.split.arms
        case ParallelStep():
            yield JOINED
        case JourneyStep():
            yield from (STARTED, NOT_STARTED)
        case UpdateStep() | NotifyStep():
            yield DONE
        case RequestStep():
            yield from (*step.request.answers, FAILED)
        case _:
            pass


def _waited(step: WaitStep) -> Iterator[str]:
    """A condition may be true already, a date past or not known, and an hour be that in which the window is open."""
    yield from (MET, PAST, MISSING)
    if step.wait.local is not None and step.wait.local.at is None:
        yield TIMEOUT
