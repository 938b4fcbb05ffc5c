"""Reads single lines, runs and parts of the evidence for the claims: what a line says, what a command should have done, where a story left its plan."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from api.schemas.enrolments import EnrolmentForCommercial
from api.schemas.timeline import LineForCommercial
from orchestrator.demo.caller import Given
from orchestrator.demo.evidence import Evidence, Told

Deed = tuple[str, ...]
"""What one command did to one task: what, the task, and how."""

_BLANKS = ("no reason was recorded", "a time not known", "unknown")
"""What a sentence says where a code is missing."""


def says_why(line: LineForCommercial) -> bool:
    """Whether a line names what led to it: a way, a reason, an outcome or a hand; and says so in its sentence."""
    return _named(line) and bool(line.sentence) and not any(blank in line.sentence for blank in _BLANKS)


def _named(line: LineForCommercial) -> bool:
    match line.what, line.to:
        case "began", to:
            return to is not None
        case (("moved" | "heard"), _):
            return line.way is not None
        case (("held" | "blocked" | "ended"), _):
            return line.reason is not None
        case "sent", to:
            return to in {"sent", "unknown"}
        case "task_closed", "done":
            return line.way is not None and line.by is not None
        case "task_closed", ("skipped" | "cancelled"):
            return line.reason is not None
        case "task_closed", "overdue":
            return line.by is None
        case (("task_closed" | "snoozed" | "reassigned" | "persona_corrected" | "persona_confirmed"), to):
            return line.by is not None
        case _:
            return False


def did(line: LineForCommercial) -> Deed | None:
    """What a human command did, as its line tells it; None for a line that no command wrote."""
    match line.what, line.to:
        case "task_closed", ("done" | "skipped" | "redirected") as to:
            return (line.by or "", line.key or "", to, line.way or line.reason or "")
        case "snoozed", _:
            return (line.by or "", line.key or "", "snoozed", "")
        case "reassigned", to:
            return (line.by or "", line.key or "", "reassigned", to or "")
        case _:
            return None


def commanded(given: Given) -> Deed:
    """What a command was to do."""
    task, body = given.task or "", given.body
    match given.verb:
        case "complete":
            return (given.by, task, "done", str(body["outcome"]))
        case "skip":
            return (given.by, task, "skipped", str(body["reason"]))
        case "choose":
            return (given.by, task, "redirected", "")
        case "reassign":
            return (given.by, task, "reassigned", str(body["to"]))
        case verb:
            return (given.by, task, "snoozed" if verb == "snooze" else verb, "")


def stopped_at(part: Told) -> datetime | None:
    """When the person last took e-mail back, by a withdrawal that no later consent undid or by an objection; None for who did neither."""
    acts = [(act.at, act.act) for act in part.consents.acts if act.channel == "email"]
    withdrawn = [at for at, act in acts if act == "withdrawn" and not any(later > at and other == "given" for later, other in acts)]
    stops = [*withdrawn, *([part.consents.objected_at] if part.consents.objected_at is not None else [])]
    return min(stops, default=None)


def broken(run: EnrolmentForCommercial, lines: Iterable[LineForCommercial]) -> Iterator[str]:
    """What is wrong with the frame of a run's story."""
    whats = [line.what for line in lines if line.enrolment_id == run.id]
    if whats.count("began") != 1 or whats[0] != "began":
        yield f"{run.id} began {whats.count('began')} times, or later than its first line"
    if whats.count("ended") != (run.status == "ended") or "ended" in whats[:-1]:
        yield f"{run.id} is {run.status}, and its story has {whats.count('ended')} ends"


def missing(part: Told, evidence: Evidence) -> str | None:
    """The first mark of the plan that the story does not hold in its place; None where all are there. A disturbed month need not show what only a calm
    one brings about."""
    lines = iter(part.lines)
    plan = [mark for mark in part.plot.plan if not (mark.calm and evidence.disturbances)]
    return next((str(mark) for mark in plan if not any(mark.on(line) for line in lines)), None)


def detour(part: Told, evidence: Evidence) -> LineForCommercial | None:
    """Where a story left its plan because something came too late: the first line, after the first disturbance, on which nobody acted though the plot has
    it. A calm month has no excuse."""
    first = min((disturbance.at for disturbance in evidence.disturbances), default=None)
    if first is None:
        return None
    planned = [mark for mark in part.plot.plan if "overdue" in {mark.to, mark.way}]
    return next((line for line in part.lines if _late(line) and line.at >= first and not any(mark.on(line) for mark in planned)), None)


def _late(line: LineForCommercial) -> bool:
    return (line.what, line.to) == ("task_closed", "overdue") or (line.what, line.way) == ("moved", "timeout")
