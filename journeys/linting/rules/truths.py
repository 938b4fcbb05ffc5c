"""Rules on what conditions come to: one that contradicts itself, a case that an earlier one always takes, an entry at which everybody leaves again."""

from collections.abc import Iterator

from journeys.conditions import AllOf, AnyOf, Condition, Not
from journeys.definitions import BranchStep
from journeys.linting.subject import Subject
from journeys.linting.truths import Truths, but_not
from journeys.loading import Loc, Remark


def never_met(subject: Subject) -> Iterator[Remark]:
    """J209: no HCP could meet a condition that contradicts itself."""
    truths = Truths(subject.told)
    for loc, condition in subject.conditions:
        for where, part in _contradictions(truths, loc, condition):
            told = "the parts of this condition contradict each other" if isinstance(part, AllOf) else "nobody can meet this condition"
            yield Remark(where, told, "say what it is meant to find, in conditions that one HCP can meet together")


def never_reached(subject: Subject) -> Iterator[Remark]:
    """J210: the first case that holds is taken, so a later one needs something that those before it leave over."""
    truths = Truths(subject.told)
    for step_id, step in subject.steps.items():
        for index in truths.covered([case.when for case in step.branch]) if isinstance(step, BranchStep) else ():
            message = f'whoever meets case {index + 1} of "{step_id}" meets an earlier one too'
            yield Remark(("steps", step_id, "branch", index), message, "put the narrower case first, or delete this one")


def leaves_at_once(subject: Subject) -> Iterator[Remark]:
    """J211: who may enter must be able to stay: the goal and the exit condition act at once."""
    definition = subject.definition
    ends = [(key, condition) for key, condition in (("goal", definition.goal), ("exit_when", definition.exit_when)) if condition is not None]
    truths = Truths(subject.told)
    if not ends or not truths.possible(definition.entry.when):
        return
    if not truths.possible(but_not(definition.entry.when, tuple(condition for _, condition in ends))):
        told = " or ".join(key for key, _ in ends)
        yield Remark((ends[0][0],), f"whoever may enter meets {told} already, and leaves at once", f"change entry.when or {told}", key=True)


def _contradictions(truths: Truths, loc: Loc, condition: Condition) -> Iterator[tuple[Loc, Condition]]:
    """The innermost parts that cannot be met. A comparison alone is the business of J205 and J206."""
    if not isinstance(condition, AllOf | AnyOf | Not) or truths.possible(condition):
        return
    inner = [found for where, part in _parts(loc, condition) for found in _contradictions(truths, where, part)]
    alone = all(truths.possible(part) for _, part in _parts(loc, condition))
    yield from inner or ([(loc, condition)] if alone else [])


def _parts(loc: Loc, condition: Condition) -> Iterator[tuple[Loc, Condition]]:
    match condition:
        case AllOf():
            yield from (((*loc, "all", index), part) for index, part in enumerate(condition.all))
        case AnyOf():
            yield from (((*loc, "any", index), part) for index, part in enumerate(condition.any))
        case _:
            pass
