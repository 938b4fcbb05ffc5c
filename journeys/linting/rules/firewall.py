"""Rules of the wall between commercial and medical: no medical knowledge steers a journey, no commercial rating one of medical's, and medical comes only
when the HCP has asked."""

from collections.abc import Iterator

from journeys.acceptance import outcomes
from journeys.definitions import (
    OTHERWISE,
    SKIPPED,
    BranchStep,
    EscalateStep,
    ExitStep,
    JourneyStep,
    MedicalStep,
    NotifyStep,
    ParallelStep,
    Purpose,
    Step,
    UpdateStep,
    VisitStep,
    hands_over,
    path,
)
from journeys.facts import CATALOGUE, Wall
from journeys.linting.roads import Kind, written
from journeys.linting.rules.conditions import fact_names
from journeys.linting.rules.outside import named_events
from journeys.linting.subject import Subject
from journeys.linting.walks import reached
from journeys.loading import Loc, Remark

_COMMERCIAL_KEYS = ("add_tags", "remove_tags", "propose_stage", "propose_persona")
"""What an update writes on commercial's side of the wall."""


def medical_fact(subject: Subject) -> Iterator[Remark]:
    """J301: KOL tier and scientific interest are told to no journey: its ways are seen by commercial (the MSL's independence)."""
    for loc, name in fact_names(subject):
        if name in CATALOGUE and CATALOGUE[name].wall is Wall.MEDICAL:
            yield Remark(loc, f'"{name}" belongs to medical, and no journey is told it', "decide by a commercial or open fact")


def commercial_in_medical(subject: Subject) -> Iterator[Remark]:
    """J306: no rating of commercial's steers what medical does, and medical proposes none."""
    if subject.commercial:
        return
    fix = "decide by an open fact or event, or give the journey another purpose"
    for loc, name in fact_names(subject):
        if name in CATALOGUE and CATALOGUE[name].wall is Wall.COMMERCIAL:
            yield Remark(loc, f'"{name}" belongs to commercial and may not steer medical', fix)
    for loc, event in named_events(subject):
        known = subject.library.events.get(event.event)
        if known is not None and known.wall is Wall.COMMERCIAL:
            yield Remark((*loc, "event"), f'"{event.event}" belongs to commercial and may not steer medical', fix)
    if subject.definition.persona is not None:
        yield Remark(("persona",), "a persona belongs to commercial, and a medical response is for whoever has asked", "remove it", key=True)
    for step_id, step in subject.steps.items():
        for key in _COMMERCIAL_KEYS:
            if isinstance(step, UpdateStep) and getattr(step.update, key):
                message = f'"{step_id}" would tell commercial what it is to think of the HCP'
                yield Remark(("steps", step_id, "update", key), message, "leave it to commercial", key=True)


def promotion_begun(subject: Subject) -> Iterator[Remark]:
    """J307: what is not promotional does not lead into promotion: who asked a question, or was warned, did not ask for that."""
    mine = subject.definition.purpose
    if mine is Purpose.PROMOTIONAL:
        return
    for step_id, step in subject.steps.items():
        if isinstance(step, JourneyStep):
            other = subject.library.strategies.get(step.journey.start)
            if other is not None and other.purpose is Purpose.PROMOTIONAL:
                message = f'"{other.journey}" is promotional, and this journey is {mine.value}'
                yield Remark(("steps", step_id, "journey", "start"), message, "let it be entered by itself")
        elif isinstance(step, ExitStep) and step.exit.continue_with is not None:
            message = f"a persona's strategy is promotional, and this journey is {mine.value}"
            yield Remark(("steps", step_id, "exit", "continue_with"), message, "remove it, and let the strategy be entered by itself", key=True)


def needs_inquiry(subject: Subject) -> Iterator[Remark]:
    """J302: a medical step says that it needs the HCP's own question."""
    for step_id, step in _medical(subject):
        if step.medical.needs is None:
            yield Remark(("steps", step_id, "medical"), "a medical step stands on a question that the HCP asked", 'add "needs: inquiry"')


def soliciting(subject: Subject) -> Iterator[Remark]:
    """J303: a hand-off that no talk with the HCP precedes would prompt the question (FDA draft guidance, 2011: a prompted request is solicited)."""
    medical = {step_id for step_id in subject.steps if hands_over(subject.steps, step_id)}
    first = subject.definition.first
    if first in medical:
        yield Remark(("steps", first), "a journey cannot begin with medical: nobody has asked yet", "begin with a visit", key=True)
    for step_id, step in subject.steps.items():
        for loc, to in _automatic(step):
            if to in medical and not isinstance(step, ParallelStep):  # what comes to its lines comes to the step itself
                message = f'this comes to "{to}" without a talk in which a question was recorded'
                yield Remark(("steps", step_id, *loc), message, "come to medical by an outcome of a visit, or by an offer")


def told_without_hand_off(subject: Subject) -> Iterator[Remark]:
    """J304: commercial turns to medical only about a question that an HCP asked, so after a hand-off."""
    if not subject.commercial:
        return
    handed = {step_id for step_id in subject.steps if hands_over(subject.steps, step_id)}
    graph = {step_id: [] if step_id in handed else following for step_id, following in subject.graph.items()}
    before = reached(graph, [subject.definition.first])
    for step_id, step in subject.steps.items():
        loc = _to_medical(subject, step)
        if loc is not None and step_id in before:
            message = f'"{step_id}" turns to medical, and a run may come here without a hand-off'
            yield Remark(("steps", step_id, *loc), message, "lead here only by way of a medical step")


def medical_event(subject: Subject) -> Iterator[Remark]:
    """J305: what medical does with an HCP is told to no journey, not even that it happened: its ways are seen by commercial."""
    for loc, event in named_events(subject):
        known = subject.library.events.get(event.event)
        if known is not None and known.wall is Wall.MEDICAL:
            yield Remark((*loc, "event"), f'"{event.event}" belongs to medical, and no journey is told it', "choose an event that is open or commercial")


def _to_medical(subject: Subject, step: Step) -> Loc | None:
    match step:
        case NotifyStep() if step.notify.whom == "medical":
            return ("notify", "whom")
        case EscalateStep() if isinstance(subject.steps.get(step.escalate.about), MedicalStep):
            return ("escalate", "about")
        case _:
            return None


def _medical(subject: Subject) -> Iterator[tuple[str, MedicalStep]]:
    yield from ((step_id, step) for step_id, step in subject.steps.items() if isinstance(step, MedicalStep))


def _automatic(step: Step) -> Iterator[tuple[Loc, str | None]]:
    """The ways out of a step on which nobody reports what the HCP said, with their places and targets. Who sent an e-mail or handled an escalation
    has not spoken with the HCP.

    A skipped task is reported by a human, but as not done; it follows the overdue path where it has none of its own.
    """
    if not isinstance(step, BranchStep | ExitStep):
        ways = (*step.ways, *((SKIPPED,) if SKIPPED in step.next else ()))
        said = outcomes(step) if isinstance(step, VisitStep | MedicalStep) else ()
        unreported = [way for way in ways if way not in said]
        yield from dict.fromkeys((("next", way if way in step.next else OTHERWISE), path(step, way)) for way in unreported)
    for road in written(step):
        if road.kind in (Kind.BLOCKED, Kind.LINE) or isinstance(step, BranchStep):
            yield road.loc, road.to
