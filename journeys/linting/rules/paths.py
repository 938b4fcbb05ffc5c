"""Rules on what a step names: every path leads to a step there is, for every way out that there is, and under words that mean what they say."""

from collections.abc import Iterator

from journeys.conditions import OutcomeIs
from journeys.definitions import OTHERWISE, OVERDUE, SKIPPED, BranchStep, EmailStep, Fate, MedicalStep, Step, VisitStep, WaitStep
from journeys.linting.subject import Subject, comparisons, waits
from journeys.loading import Loc, Remark, did_you_mean
from journeys.reasons import Reason

RESERVED_STEPS = (*(fate.value for fate in Fate), OTHERWISE)
RESERVED_OUTCOMES = (OVERDUE, SKIPPED, OTHERWISE)


def unknown_target(subject: Subject) -> Iterator[Remark]:
    """J101: a step that is named somewhere must exist."""
    steps = subject.definition.steps
    for loc, named, also in _named_steps(subject):
        if named not in steps and named not in also:
            yield Remark(loc, f'there is no step "{named}"', did_you_mean(named, (*steps, *also)))


def way_without_path(subject: Subject) -> Iterator[Remark]:
    """J104: every outcome, event and time-out leads somewhere."""
    for step_id, step in _with_paths(subject):
        lost = [way for way in step.ways if way not in step.next and OTHERWISE not in step.next]
        for way in lost:
            yield Remark(("steps", step_id, "next"), f'nothing says where "{way}" leads from "{step_id}"', f'add "{way}: …" or "otherwise: …"')


def path_without_way(subject: Subject) -> Iterator[Remark]:
    """J105: a path for something that cannot happen at this step is a slip."""
    for step_id, step in _with_paths(subject):
        known = (*step.ways, *((SKIPPED,) if OVERDUE in step.ways and not isinstance(step, MedicalStep) else ()), OTHERWISE)
        for way in step.next:
            if way not in known:
                fix = did_you_mean(way, known) or f"its ways out are {', '.join(known)}"
                yield Remark(("steps", step_id, "next", way), f'"{way}" is no way out of "{step_id}"', fix, key=True)


def no_deadline(subject: Subject) -> Iterator[Remark]:
    """J107: what is waited for may never be heard."""
    for step_id, step in waits(subject.definition):
        if step.wait.up_to is None:
            yield Remark(("steps", step_id, "wait"), "a wait for events needs a deadline", 'add "up_to: 5 days" or another duration')


def reserved(subject: Subject) -> Iterator[Remark]:
    """J108: words with a meaning of their own in `next` and `blocked` name neither steps nor outcomes."""
    for step_id, step in subject.definition.steps.items():
        if step_id in RESERVED_STEPS:
            yield Remark(("steps", step_id), f'"{step_id}" means something else where a path is written', "give the step another name", key=True)
        for index, outcome in enumerate(step.visit.outcomes if isinstance(step, VisitStep) else ()):
            if outcome in RESERVED_OUTCOMES:
                yield Remark(("steps", step_id, "visit", "outcomes", index), f'"{outcome}" is a way out of every visit', "give the outcome another name")


def unknown_reason(subject: Subject) -> Iterator[Remark]:
    """J109: `blocked` is by reason code."""
    known = (*(reason.value for reason in Reason), OTHERWISE)
    for step_id, step in subject.definition.steps.items():
        for reason in _blocked(step):
            if reason not in known:
                fix = did_you_mean(reason, known) or f"known are {', '.join(known)}"
                yield Remark(("steps", step_id, "blocked", reason), f'"{reason}" is no reason code', fix, key=True)


def _named_steps(subject: Subject) -> Iterator[tuple[Loc, str, tuple[str, ...]]]:
    """Every place that names a step, the name, and the other words allowed there."""
    definition = subject.definition
    if definition.start is not None:
        yield ("start",), definition.start, ()
    for step_id, step in definition.steps.items():
        yield from _named_by(("steps", step_id), step)
    yield from (((*loc, "outcome"), part.outcome, ()) for loc, part in comparisons(definition) if isinstance(part, OutcomeIs))


def _named_by(loc: Loc, step: Step) -> Iterator[tuple[Loc, str, tuple[str, ...]]]:
    if isinstance(step, BranchStep):
        yield from (((*loc, "branch", index, "next"), case.next, ()) for index, case in enumerate(step.branch))
        yield (*loc, "next"), step.next, ()
    else:
        yield from (((*loc, "next", way), to, ()) for way, to in getattr(step, "next", {}).items())
    yield from (((*loc, "offers", index), offer, ()) for index, offer in enumerate(getattr(step, "offers", ())))
    yield from (((*loc, "blocked", reason), to, tuple(fate.value for fate in Fate)) for reason, to in _blocked(step).items())
    if isinstance(step, WaitStep) and step.wait.of is not None:
        yield (*loc, "wait", "of"), step.wait.of, ()


def _with_paths(subject: Subject) -> Iterator[tuple[str, VisitStep | EmailStep | MedicalStep | WaitStep]]:
    for step_id, step in subject.definition.steps.items():
        if isinstance(step, VisitStep | EmailStep | MedicalStep | WaitStep):
            yield step_id, step


def _blocked(step: Step) -> dict[str, str]:
    return step.blocked if isinstance(step, EmailStep | MedicalStep) else {}
