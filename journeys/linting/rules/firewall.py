"""Rules of the wall between commercial and medical: no medical knowledge steers promotion, and medical comes only when the HCP has asked."""

from collections.abc import Iterator

from journeys.conditions import FactIs
from journeys.definitions import OTHERWISE, SKIPPED, BranchStep, ExitStep, MedicalStep, Purpose, Step, path, targets
from journeys.facts import CATALOGUE, Wall
from journeys.linting.subject import Subject, comparisons, reported
from journeys.loading import Loc, Remark


def medical_fact(subject: Subject) -> Iterator[Remark]:
    """J301: KOL tier and scientific interest are never used by commercial (the MSL's independence)."""
    if subject.definition.purpose is not Purpose.PROMOTIONAL:
        return
    for loc, comparison in comparisons(subject.definition):
        fact = CATALOGUE.get(comparison.fact) if isinstance(comparison, FactIs) else None
        if fact is not None and fact.wall is Wall.MEDICAL:
            yield Remark((*loc, "fact"), f'"{fact.name}" belongs to medical and may not steer promotion', "decide by a commercial or open fact")


def needs_inquiry(subject: Subject) -> Iterator[Remark]:
    """J302: a medical step says that it needs the HCP's own question."""
    for step_id, step in _medical(subject):
        if step.medical.needs is None:
            yield Remark(("steps", step_id, "medical"), "a medical step stands on a question that the HCP asked", 'add "needs: inquiry"')


def soliciting(subject: Subject) -> Iterator[Remark]:
    """J303: a hand-off that no report of a human precedes would prompt the question (FDA draft guidance, 2011: a prompted request is solicited)."""
    medical = {step_id for step_id, _ in _medical(subject)}
    first = subject.definition.first
    if first in medical:
        yield Remark(("steps", first), "a journey cannot begin with medical: nobody has asked yet", "begin with a visit", key=True)
    for step_id, step in subject.definition.steps.items():
        for loc, to in _automatic(step):
            if to in medical:
                message = f'this comes to "{to}" without a human who recorded a question'
                yield Remark(("steps", step_id, *loc), message, "come to medical by what a human reports, or by an offer")


def _medical(subject: Subject) -> Iterator[tuple[str, MedicalStep]]:
    yield from ((step_id, step) for step_id, step in subject.definition.steps.items() if isinstance(step, MedicalStep))


def _automatic(step: Step) -> Iterator[tuple[Loc, str | None]]:
    """The ways out of a step on which no human reports what the HCP said, with their places and targets.

    A skipped task is reported by a human, but as not done; it follows the overdue path where it has none of its own.
    """
    if not isinstance(step, BranchStep | ExitStep):
        ways = (*step.ways, *((SKIPPED,) if SKIPPED in step.next else ()))
        unreported = [way for way in ways if way not in reported(step)]
        yield from dict.fromkeys((("next", way if way in step.next else OTHERWISE), path(step, way)) for way in unreported)
    for name, to in targets(step):
        kind, _, key = name.partition(".")
        if isinstance(step, BranchStep):
            yield ("branch", int(key), "next") if key else ("next",), to
        elif kind == "blocked":
            yield ("blocked", key), to
