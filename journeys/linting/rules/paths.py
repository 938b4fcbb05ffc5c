"""Rules on what a step names: every path leads to a step there is, for every way out that there is, and under words that mean what they say."""

from collections.abc import Iterator

from journeys.conditions import OutcomeIs
from journeys.definitions import (
    EXHAUSTED,
    FAILED,
    JOIN,
    MISSING,
    OTHERWISE,
    OVERDUE,
    SKIPPED,
    TIMEOUT,
    BranchStep,
    EscalateStep,
    ExitStep,
    Fate,
    MedicalStep,
    RequestStep,
    SplitStep,
    Step,
    VisitStep,
    WaitStep,
    path,
)
from journeys.linting.roads import FATES, Kind, blocked_of, written
from journeys.linting.subject import Subject, waits
from journeys.loading import Loc, Remark, did_you_mean
from journeys.reasons import Reason

RESERVED_STEPS = (*(fate.value for fate in Fate), OTHERWISE, JOIN)
RESERVED_WAYS = (EXHAUSTED, OTHERWISE)
WITH_DEADLINE = ("for", "when", "event")


def unknown_target(subject: Subject) -> Iterator[Remark]:
    """J101: a step that is named somewhere must exist."""
    steps = subject.definition.steps
    for loc, named, also in _named_steps(subject):
        if named not in steps and named not in also:
            yield Remark(loc, f'there is no step "{named}"', did_you_mean(named, (*steps, *also)))


def way_without_path(subject: Subject) -> Iterator[Remark]:
    """J104: every outcome, event and time-out leads somewhere, and so does a step that was entered as often as it may be."""
    for step_id, step in subject.steps.items():
        for way in (way for way in step.ways if path(step, way) is None):
            yield Remark(("steps", step_id, "next"), f'nothing says where "{way}" leads from "{step_id}"', f'add "{way}: …" or "otherwise: …"')


def path_without_way(subject: Subject) -> Iterator[Remark]:
    """J105: a path for something that cannot happen at this step is a slip."""
    for step_id, step in subject.steps.items():
        if isinstance(step, BranchStep | ExitStep):
            continue
        known = (*step.ways, *((SKIPPED,) if OVERDUE in step.ways and not isinstance(step, MedicalStep) else ()), OTHERWISE)
        for way in step.next:
            if way not in known:
                fix = did_you_mean(way, known) or f"its ways out are {', '.join(known)}"
                yield Remark(("steps", step_id, "next", way), f'"{way}" is no way out of "{step_id}"', fix, key=True)


def as_if_known(subject: Subject) -> Iterator[Remark]:
    """J112: where a date is not known, the run does not go on as if its day had come: nobody is reminded of an appointment that there is not."""
    for step_id, step in waits(subject):
        if MISSING in step.wait.ways and MISSING not in step.next and path(step, MISSING) is not None and path(step, MISSING) == path(step, TIMEOUT):
            message = f'where the date is not known, "{step_id}" goes on to "{path(step, MISSING)}" as if its time had come'
            yield Remark(("steps", step_id, "next"), message, 'say where "missing" leads')


def no_deadline(subject: Subject) -> Iterator[Remark]:
    """J107: what is waited for may never be heard."""
    for step_id, step in waits(subject):
        if step.wait.form in WITH_DEADLINE and step.wait.up_to is None:
            message = "a wait for a condition needs a deadline" if step.wait.form == "when" else "a wait for events needs a deadline"
            yield Remark(("steps", step_id, "wait"), message, 'add "up_to: 5 days" or another duration')


def reserved(subject: Subject) -> Iterator[Remark]:
    """J108: words with a meaning of their own in `next` and `blocked` name neither steps, outcomes, arms nor answers."""
    for step_id, step in subject.steps.items():
        if step_id in RESERVED_STEPS:
            yield Remark(("steps", step_id), f'"{step_id}" means something else where a path is written', "give the step another name", key=True)
        for loc, word, taken in _own_words(step):
            if word in taken:
                what = {"visit": "outcome", "split": "arm", "request": "answer"}[str(loc[0])]
                message = f'"{word}" is a way out of every {"step" if word in RESERVED_WAYS else loc[0]}'
                yield Remark(("steps", step_id, *loc), message, f"give the {what} another name", key=what == "arm")


def unknown_reason(subject: Subject) -> Iterator[Remark]:
    """J109: `blocked` is by reason code."""
    known = (*(reason.value for reason in Reason if reason is not Reason.UNANSWERED), OTHERWISE)  # that one is of requests, which have `failed`
    for step_id, step in subject.definition.steps.items():
        for reason in blocked_of(step):
            if reason not in known:
                fix = did_you_mean(reason, known) or f"known are {', '.join(known)}"
                yield Remark(("steps", step_id, "blocked", reason), f'"{reason}" is no reason code', fix, key=True)


def _named_steps(subject: Subject) -> Iterator[tuple[Loc, str, tuple[str, ...]]]:
    """Every place that names a step, the name, and the other words allowed there."""
    definition = subject.definition
    if definition.start is not None:
        yield ("start",), definition.start, ()
    for step_id, step in definition.steps.items():
        yield from (((*("steps", step_id), *loc), name, also) for loc, name, also in _named_by(step))
    yield from (((*loc, "outcome"), part.outcome, ()) for loc, part in subject.comparisons if isinstance(part, OutcomeIs))


def _named_by(step: Step) -> Iterator[tuple[Loc, str, tuple[str, ...]]]:
    allowed = {Kind.WAY: (JOIN,), Kind.OFFER: (JOIN,), Kind.BLOCKED: (*sorted(FATES), JOIN)}
    yield from ((road.loc, road.to, allowed.get(road.kind, ())) for road in written(step))
    if isinstance(step, WaitStep) and step.wait.of is not None:
        yield ("wait", "of"), step.wait.of, ()
    if isinstance(step, EscalateStep):
        yield ("escalate", "about"), step.escalate.about, ()


def _own_words(step: Step) -> Iterator[tuple[Loc, str, tuple[str, ...]]]:
    """The words that an author chose for ways out, each with those that are taken."""
    match step:
        case VisitStep():
            yield from ((("visit", "outcomes", index), outcome, (OVERDUE, SKIPPED, *RESERVED_WAYS)) for index, outcome in enumerate(step.visit.outcomes))
        case SplitStep():
            yield from ((("split", "arms", arm), arm, RESERVED_WAYS) for arm in step.split.arms)
        case RequestStep():
            yield from ((("request", "answers", index), answer, (FAILED, TIMEOUT, *RESERVED_WAYS)) for index, answer in enumerate(step.request.answers))
        case _:
            pass
