"""Rules on how runs go: every step is come to, every run can end, and none goes round for ever."""

from collections.abc import Iterator

from journeys.definitions import ExitStep
from journeys.linting.at_once import at_once
from journeys.linting.subject import Subject
from journeys.linting.walks import loops, reached, reversed_
from journeys.loading import Remark


def unreachable(subject: Subject) -> Iterator[Remark]:
    """J102: a step to which no path, offer or `blocked` path leads is never taken."""
    first = subject.definition.first
    if first in subject.steps:
        found = reached(subject.graph, [first])
        lost = (step_id for step_id in subject.steps if step_id not in found)
        yield from (Remark(("steps", step_id), f'nothing leads to the step "{step_id}"', "lead a path to it, or delete it", key=True) for step_id in lost)


def no_end(subject: Subject) -> Iterator[Remark]:
    """J103: from every step the ways out must be able to lead to an exit. Offers and `blocked` paths do not count: nobody has to take them."""
    exits = [step_id for step_id, step in subject.steps.items() if isinstance(step, ExitStep)]
    if not exits:
        yield Remark(("steps",), "no step is an exit: no run could end", 'add a step such as "done: {exit: {reason: finished}}"', key=True)
        return
    ending = reached(reversed_(subject.own), exits)
    # A step whose every target is misspelt is J101's business alone.
    stuck = (step_id for step_id in subject.steps if step_id not in ending and subject.own[step_id])
    fix = "lead one of its ways, or of those after it, to an exit"
    yield from (Remark(("steps", step_id), f'no way out of "{step_id}" comes to an exit', fix, key=True) for step_id in stuck)


def spinning(subject: Subject) -> Iterator[Remark]:
    """J106: a loop in which no step pauses would be run through in an instant. A wait to be heard of something pauses: what it moved on for once
    does not move it again."""
    for loop in loops({step_id: at_once(subject, step_id) for step_id in subject.steps}):
        yield Remark(("steps", loop[0]), f"nothing pauses in the loop {' → '.join(loop)}", "put a visit or a wait for a length of time into it", key=True)


def unbounded(subject: Subject) -> Iterator[Remark]:
    """J111: every loop, by whatever ways, holds a step that says how often it may be entered, and whose way out after that leaves the loop."""
    for loop in loops(subject.exhausted):
        bounded = [step for step in loop if step in subject.bounds]
        if bounded:
            message = f'the loop {" → ".join(loop)} has no end: also when "{bounded[0]}" is exhausted it leads back'
            yield Remark(("steps", bounded[0]), message, 'lead its way "exhausted" out of the loop', key=True)
        else:
            message = f"nothing bounds the loop {' → '.join(loop)}"
            yield Remark(("steps", loop[0]), message, 'say "at_most: 3", or another number, at one of its steps, and where "exhausted" leads', key=True)
