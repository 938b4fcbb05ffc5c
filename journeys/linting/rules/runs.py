"""Rules on how runs go: every step is come to, every run can end, none spins, and none waits for what cannot be heard."""

from collections.abc import Iterator

from journeys.definitions import SENT, WITHDRAWN, BranchStep, EmailStep, ExitStep, Fate, MedicalStep, Step, path, targets
from journeys.linting.subject import Subject, waits
from journeys.linting.walks import loops, reached, reversed_
from journeys.loading import Remark


def unreachable(subject: Subject) -> Iterator[Remark]:
    """J102: a step to which no path, offer or `blocked` path leads is never taken."""
    definition = subject.definition
    graph = {step_id: [to for _, to in targets(step)] for step_id, step in definition.steps.items()}
    found = reached(graph, [definition.first])
    if definition.first in definition.steps:
        lost = (step_id for step_id in graph if step_id not in found)
        yield from (Remark(("steps", step_id), f'nothing leads to the step "{step_id}"', "lead a path to it, or delete it", key=True) for step_id in lost)


def no_end(subject: Subject) -> Iterator[Remark]:
    """J103: from every step the ways out must be able to lead to an exit. Offers and `blocked` paths do not count: nobody has to take them."""
    steps = subject.definition.steps
    exits = [step_id for step_id, step in steps.items() if isinstance(step, ExitStep)]
    if not exits:
        yield Remark(("steps",), "no step is an exit: no run could end", 'add a step such as "done: {exit: {reason: finished}}"', key=True)
        return
    ending = reached(reversed_({step_id: [to for _, to in paths] for step_id, paths in subject.paths.items()}), exits)
    # A step whose every target is misspelt is J101's business alone.
    stuck = (step_id for step_id in steps if step_id not in ending and subject.paths[step_id])
    fix = "lead one of its ways, or of those after it, to an exit"
    yield from (Remark(("steps", step_id), f'no way out of "{step_id}" comes to an exit', fix, key=True) for step_id in stuck)


def spinning(subject: Subject) -> Iterator[Remark]:
    """J106: a loop in which no step pauses would run for ever in an instant. A wait pauses: what it moved on for once does not move it again."""
    steps = subject.definition.steps
    for loop in loops({step_id: [to for to in _moves_at_once(step) if to in steps] for step_id, step in steps.items()}):
        yield Remark(("steps", loop[0]), f"nothing pauses in the loop {' → '.join(loop)}", "put a visit or a wait for a length of time into it", key=True)


def nothing_to_hear(subject: Subject) -> Iterator[Remark]:
    """J110: opened, clicked and the like are heard of an e-mail that was sent before."""
    definition = subject.definition
    emails = [step_id for step_id, step in definition.steps.items() if isinstance(step, EmailStep)]
    after = reached({step_id: [to for _, to in targets(step)] for step_id, step in definition.steps.items()}, emails)
    for step_id, step in waits(definition):
        of = step.wait.of
        if of is not None and of in definition.steps and of not in emails:
            yield Remark(("steps", step_id, "wait", "of"), f'"{of}" sends nothing of which something could be heard', "name an e-mail step")
        elif of is None and step_id not in after:
            yield Remark(("steps", step_id, "wait", "for"), "no e-mail comes before this wait", "send one first, or wait for a length of time")


def _moves_at_once(step: Step) -> list[str | None]:
    """The moves that a run can make without a pause: from a branch, an automatic e-mail, and wherever a blocked touch leads."""
    match step:
        case BranchStep():
            return [*(case.next for case in step.branch), step.next]
        case EmailStep():
            goes_on = step.email.sent_by == "automatic" or Fate.SKIP in step.blocked.values()
            return [*step.blocked.values(), *([path(step, SENT)] if goes_on else [])]
        case MedicalStep():
            # Without a question the hand-off is blocked at once, and skipping it is its `withdrawn` way.
            return [*step.blocked.values(), path(step, WITHDRAWN)]
        case _:
            return []
