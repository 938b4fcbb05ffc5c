"""One version of one engagement strategy: what an author may write, as a frozen model. Whether it makes sense is the linter's question."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field

from journeys.conditions import Condition, OutcomeIs, leaves, named_facts
from journeys.definitions.entry import Entry, ExitEvent
from journeys.definitions.marks import Mark
from journeys.definitions.steps import BranchStep, InviteStep, RequestStep, Step, WaitStep
from journeys.definitions.words import Purpose
from journeys.digests import digest_of
from journeys.durations import Duration
from journeys.facts import ageing_of
from journeys.shapes import Authored, Market, Slug, StepId, Version


class Definition(Authored):
    """One version of one engagement strategy. Immutable once published; its digest names it."""

    journey: StepId
    version: Version
    title: str = Field(max_length=120)
    persona: Slug | None = None
    """Whose engagement strategy it is. None where it is no persona's own: it is for several personas, or for everybody."""
    markets: tuple[Market, ...] = Field(min_length=1)
    product: Slug
    purpose: Purpose
    priority: int = Field(ge=0, le=100)
    entry: Entry
    goal: Condition | None = None
    exit_when: Condition | None = None
    exit_on: tuple[ExitEvent, ...] = ()
    horizon: Duration | None = None
    """The longest that a run may last; it ends there, wherever it is."""
    when_busy: Literal["wait", "give_way"] = "wait"
    """What a run does when another journey of a higher priority has the HCP: wait for its turn, or give way and end."""
    start: StepId | None = None
    steps: dict[StepId, Step] = Field(min_length=1)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, which reckons for itself what this one has reckoned once and kept."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("facts", "listens", "ageing", "awaited_outcomes"):
            copied.__dict__.pop(name, None)
        return copied

    @property
    def first(self) -> str:
        """The step at which a run begins: `start`, else the first one written."""
        return self.start or next(iter(self.steps))

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The facts that this journey names, sorted: all that its runs need to know."""
        named = {*named_facts(self.entry.when), *named_facts(self.goal), *named_facts(self.exit_when), "persona"}
        for step in self.steps.values():
            named.update(_facts_of(step))
        return tuple(sorted(named))

    @cached_property
    def listens(self) -> tuple[str, ...]:
        """The events of the outside that concern a run of this journey, sorted."""
        waited = {step.wait.event for step in self.steps.values() if isinstance(step, WaitStep) and step.wait.event is not None}
        return tuple(sorted(waited | {leaving.event for leaving in self.exit_on}))

    @cached_property
    def ageing(self) -> tuple[str, ...]:
        """The facts by which a run of this journey ends, or that it waits for, and that grow older by themselves, sorted."""
        named = {name for condition in self._watched for name in named_facts(condition)}
        return tuple(sorted(name for name in named if ageing_of(name) is not None))

    @cached_property
    def awaited_outcomes(self) -> frozenset[str]:
        """The steps by whose outcomes a run of this journey ends, or for which it waits."""
        named = (leaf for condition in self._watched if condition is not None for leaf in leaves(condition))
        return frozenset(leaf.outcome for leaf in named if isinstance(leaf, OutcomeIs))

    @property
    def _watched(self) -> tuple[Condition | None, ...]:
        """What a run looks at whenever something is known anew."""
        return (self.goal, self.exit_when, *(step.wait.when for step in self.steps.values() if isinstance(step, WaitStep)))

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON, in hexadecimal: the same meaning gives the same digest, whatever the layout of the file.

        Keys are sorted, but for the order of the steps and of the lines of a `parallel`, which means something.
        """
        body = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for step in body["steps"].values():
            if "parallel" in step:
                step["parallel"]["branches"] = [*step["parallel"]["branches"].items()]
        body["steps"] = [*body["steps"].items()]
        return digest_of(body)


def conditions_of(step: Step) -> Iterator[Condition]:
    """The conditions that a step itself judges."""
    if isinstance(step, BranchStep):
        yield from (case.when for case in step.branch)
    elif isinstance(step, WaitStep) and step.wait.when is not None:
        yield step.wait.when


def marks_of(step: Step) -> Iterator[Mark]:
    """The points in time that a step names."""
    if isinstance(step, WaitStep) and step.wait.until is not None:
        yield step.wait.until
    elif isinstance(step, InviteStep):
        yield step.invite.starts


def _facts_of(step: Step) -> Iterator[str]:
    for condition in conditions_of(step):
        yield from named_facts(condition)
    yield from (mark.fact for mark in marks_of(step) if mark.fact is not None)
    if isinstance(step, RequestStep):
        yield from step.request.facts
