"""What a rule is given to judge, and the views of a definition that several rules share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from journeys.acceptance import outcomes
from journeys.conditions import AllOf, AnyOf, Condition, FactIs, Not, OutcomeIs
from journeys.definitions import BranchStep, ContentRef, Definition, EmailStep, Step, VisitStep, WaitStep
from journeys.library import Library
from journeys.loading import Loc, Remark


@dataclass(frozen=True)
class Subject:
    """One definition, under the name of its file, with the library it refers to and the time at which it is judged."""

    definition: Definition
    library: Library
    now: datetime
    name: str = ""

    @cached_property
    def paths(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """For every step the (way, step id) pairs of its own ways out that lead to a step there is; offers and `blocked` left out."""
        steps = self.definition.steps
        return {step_id: tuple((way, to) for way, to in own_paths(step) if to in steps) for step_id, step in steps.items()}


Rule = Callable[[Subject], Iterator[Remark]]


def own_paths(step: Step) -> Iterator[tuple[str, str]]:
    """The (way, step id) pairs of a step's ways out."""
    match step:
        case BranchStep():
            yield from ((f"branch.{index}", case.next) for index, case in enumerate(step.branch))
            yield "otherwise", step.next
        case _:
            yield from getattr(step, "next", {}).items()


def comparisons(definition: Definition) -> Iterator[tuple[Loc, FactIs | OutcomeIs]]:
    """Every comparison of the definition's conditions, with its place."""
    yield from _comparisons(("entry", "when"), definition.entry.when)
    for key, condition in (("goal", definition.goal), ("exit_when", definition.exit_when)):
        if condition is not None:
            yield from _comparisons((key,), condition)
    for step_id, step in definition.steps.items():
        if isinstance(step, BranchStep):
            for index, case in enumerate(step.branch):
                yield from _comparisons(("steps", step_id, "branch", index, "when"), case.when)


def _comparisons(loc: Loc, condition: Condition) -> Iterator[tuple[Loc, FactIs | OutcomeIs]]:
    match condition:
        case AllOf():
            for index, part in enumerate(condition.all):
                yield from _comparisons((*loc, "all", index), part)
        case AnyOf():
            for index, part in enumerate(condition.any):
                yield from _comparisons((*loc, "any", index), part)
        case Not():
            yield from _comparisons((*loc, "not"), condition.not_)
        case FactIs() | OutcomeIs():
            yield loc, condition


def operands(comparison: FactIs | OutcomeIs) -> Iterator[tuple[Loc, object]]:
    """The values that a comparison names, each with its place inside the comparison; `known` names none."""
    for index, value in enumerate(comparison.in_ or ()):
        yield ("in", index), value
    single = {"is": comparison.is_}
    if isinstance(comparison, FactIs):
        single |= {"at_least": comparison.at_least, "at_most": comparison.at_most}
    yield from (((operator,), value) for operator, value in single.items() if value is not None)


def uses(definition: Definition) -> Iterator[tuple[Loc, ContentRef, str]]:
    """Every use of content: its place, its reference and the channel on which it is used."""
    for step_id, step in definition.steps.items():
        match step:
            case VisitStep():
                for channel, meeting in step.visit.channels.items():
                    yield from ((("steps", step_id, "visit", channel, "materials", index), ref, channel) for index, ref in enumerate(meeting.materials))
            case EmailStep():
                yield ("steps", step_id, "email", "content"), step.email.content, "email"
            case _:
                pass


def reported(step: Step) -> tuple[str, ...]:
    """What a human can report at the step: nothing where no human does it."""
    automatic = isinstance(step, EmailStep) and step.email.sent_by == "automatic"
    return () if automatic else outcomes(step)


def waits(definition: Definition) -> Iterator[tuple[str, WaitStep]]:
    """The steps that wait for events."""
    yield from ((step_id, step) for step_id, step in definition.steps.items() if isinstance(step, WaitStep) and step.wait.for_)
