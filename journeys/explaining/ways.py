"""How ways out of a step are told, after "if": first the author's own words, then those of the language."""

from collections.abc import Sequence

from journeys import definitions as words
from journeys.definitions import InviteStep, JourneyStep, RequestStep, SplitStep, Step, VisitStep, WaitStep
from journeys.explaining.phrases import either, spoken
from journeys.explaining.waiting import over

_WAYS = {
    words.OVERDUE: "the step is not done in time",
    words.SKIPPED: "the step is skipped for a reason",
    words.SENT: "it has been sent",
    words.TIMEOUT: "nothing of that happens in that time",
    words.ANSWERED: "medical has answered",
    words.WITHDRAWN: "the question is withdrawn",
    words.HANDLED: "it has been handled",
    words.MET: "that is so",
    words.HAPPENED: "it comes",
    words.JOINED: "the lines have come together",
    words.DONE: "that is done",
    words.FAILED: "the other system cannot be reached or answers otherwise",
    words.EXHAUSTED: "the HCP has been here as often as this step allows",
}
_OF_AN_INVITATION = {
    words.ATTENDED: "the HCP attended",
    words.MISSED: "the HCP accepted and did not come",
    words.NOT_RECORDED: "nobody recorded whether the HCP came",
    words.DECLINED: "the HCP declined",
    words.NO_ANSWER: "there is no answer",
    words.TOO_LATE: "it has begun already",
    words.CALLED_OFF: "it is called off",
    words.MISSING: "its time is not known",
}
_OF_A_REQUEST = {words.TIMEOUT: "there is no answer in that time"}
_OF_A_JOURNEY = {
    words.STARTED: "it has begun",
    words.NOT_STARTED: "the HCP may not enter it",
    words.FINISHED: "it comes to its end",
    words.GOAL: "it reaches its goal",
    words.ENDED: "it ends early",
    words.TIMEOUT: "it has not ended by then",
}


def ways_told(step: Step, ways: Sequence[str]) -> str:
    """The ways as one clause."""
    told, own = _own(step)
    reports = [f"“{spoken(way)}”" for way in ways if way in own]
    first = [f"{told} {either(reports)}"] if reports else []
    return either([*first, *(way_told(step, way) for way in ways if way not in own)])


def way_told(step: Step, way: str) -> str:
    """One way of the language."""
    match step:
        case WaitStep():
            told = over(step.wait, way) if way != words.EXHAUSTED else None
        case InviteStep():
            told = _OF_AN_INVITATION.get(way)
        case RequestStep():
            told = _OF_A_REQUEST.get(way)
        case JourneyStep():
            told = _OF_A_JOURNEY.get(way)
        case _:
            told = None
    return told or _WAYS.get(way) or f"the report is “{spoken(way)}”"


def _own(step: Step) -> tuple[str, tuple[str, ...]]:
    """The ways that are the author's own words, and how they are led in."""
    match step:
        case VisitStep():
            return "the report is", step.visit.outcomes
        case RequestStep():
            return "the answer is", step.request.answers
        case SplitStep():
            return "the draw falls on", tuple(step.split.arms)
        case _:
            return "", ()
