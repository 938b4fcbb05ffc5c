"""What a rule is given to judge, and the views of a definition that several rules share; each is made once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from journeys.acceptance import outcomes
from journeys.conditions import AllOf, AnyOf, Condition, FactIs, Not, OutcomeIs
from journeys.definitions import (
    EXHAUSTED,
    BranchStep,
    ContentRef,
    Definition,
    InviteStep,
    Mark,
    Purpose,
    RequestStep,
    Sending,
    SendStep,
    SplitStep,
    Step,
    VisitStep,
    WaitStep,
    kind_of,
)
from journeys.library import Library
from journeys.linting.latest import NOTHING, Timetable
from journeys.linting.roads import OWN, Map, Road
from journeys.linting.stays import at_most
from journeys.loading import Loc, Remark
from journeys.scopes import Scopes, scopes

Use = tuple[Loc, ContentRef, str]
"""A use of content: its place, its reference and the channel on which it is used."""


@dataclass(frozen=True)
class Subject:
    """One definition, under the name of its file, with the library it refers to and the time at which it is judged."""

    definition: Definition
    library: Library
    now: datetime
    name: str = ""

    @property
    def steps(self) -> dict[str, Step]:
        return self.definition.steps

    @property
    def commercial(self) -> bool:
        """Whether the journey is commercial's: every one that does not answer an HCP's question to medical."""
        return self.definition.purpose is not Purpose.MEDICAL_RESPONSE

    @cached_property
    def scopes(self) -> Scopes:
        return scopes(self.definition)

    @cached_property
    def map(self) -> Map:
        return Map(self.definition, self.scopes)

    @property
    def roads(self) -> dict[str, tuple[Road, ...]]:
        """For every step its ways out that lead to a step there is, offers and `blocked` included."""
        return self.map.roads

    @cached_property
    def graph(self) -> dict[str, list[str]]:
        """For every step those that a run may go to next, by whatever way."""
        return {step_id: [road.to for road in roads] for step_id, roads in self.roads.items()}

    @cached_property
    def own(self) -> dict[str, list[str]]:
        """For every step those to which its own ways lead, offers and `blocked` left out."""
        return {step_id: [road.to for road in roads if road.kind in OWN] for step_id, roads in self.roads.items()}

    @cached_property
    def bounds(self) -> dict[str, int]:
        """The steps that say how often they may be entered."""
        return {step_id: bound for step_id, step in self.steps.items() if (bound := getattr(step, "at_most", None)) is not None}

    @cached_property
    def exhausted(self) -> dict[str, list[str]]:
        """The graph when every bounded step is exhausted, and so has one way left."""
        return {step_id: self._left_over(step_id) if step_id in self.bounds else following for step_id, following in self.graph.items()}

    @cached_property
    def timetable(self) -> Timetable:
        """The latest times at which steps may be come to and left."""
        places, unknown = self.map.places(), self.horizon or NOTHING
        stays = dict.fromkeys(places, NOTHING) | {step_id: at_most(step, self.now, unknown=unknown) for step_id, step in self.steps.items()}
        exhausted = places | {step_id: self.map.place(step_id, EXHAUSTED) for step_id in self.bounds}
        first, races = self.definition.first, self.map.races
        return Timetable(places, bounds=self.bounds, exhausted=exhausted, first=first, stay=stays.__getitem__, races=races)

    @property
    def horizon(self) -> timedelta | None:
        """The longest that a run may last."""
        return None if self.definition.horizon is None else self.definition.horizon.roughly

    @cached_property
    def conditions(self) -> tuple[tuple[Loc, Condition], ...]:
        """Every condition of the definition, with its place."""
        return tuple(_conditions(self.definition))

    @cached_property
    def comparisons(self) -> tuple[tuple[Loc, FactIs | OutcomeIs], ...]:
        """Every comparison of the definition's conditions, with its place."""
        return tuple(found for loc, condition in self.conditions for found in _comparisons(loc, condition))

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every use of content."""
        return tuple(_uses(self.definition))

    @cached_property
    def marks(self) -> tuple[tuple[Loc, Mark], ...]:
        """Every point in time that a step names."""
        return tuple(_marks(self.definition))

    def told(self, step_id: str) -> tuple[str, ...]:
        """What conditions may ask of as the step's outcome: a human's report, the arm of a split, the answer to a request."""
        match self.steps.get(step_id):
            case None:
                return ()
            case SplitStep(split=split):
                return tuple(split.arms)
            case RequestStep(request=request):
                return request.answers
            case step:
                return reported(step)

    def _left_over(self, step_id: str) -> list[str]:
        to = self.map.led(step_id, EXHAUSTED)
        return [] if to is None else [to]


Rule = Callable[[Subject], Iterator[Remark]]


def operands(comparison: FactIs | OutcomeIs) -> Iterator[tuple[Loc, object]]:
    """The values that a comparison names, each with its place inside the comparison; `known` names none."""
    for index, value in enumerate(comparison.in_ or ()):
        yield ("in", index), value
    single = {"is": comparison.is_}
    if isinstance(comparison, FactIs):
        single |= {"at_least": comparison.at_least, "at_most": comparison.at_most, "has": comparison.has}
    yield from (((operator,), value) for operator, value in single.items() if value is not None)


def reported(step: Step) -> tuple[str, ...]:
    """What a human can report at the step: nothing where no human does it."""
    automatic = isinstance(step, SendStep) and step.sending.sent_by == "automatic"
    return () if automatic else outcomes(step)


def waits(subject: Subject) -> Iterator[tuple[str, WaitStep]]:
    """The steps that wait, in whatever form."""
    yield from ((step_id, step) for step_id, step in subject.steps.items() if isinstance(step, WaitStep))


def sendings(subject: Subject) -> Iterator[tuple[str, SendStep]]:
    """The steps that send."""
    yield from ((step_id, step) for step_id, step in subject.steps.items() if isinstance(step, SendStep))


def is_promotion(step: Step) -> bool:
    """Whether the step touches the HCP, in a promotional journey. What goes to the nurse counts for the nurse."""
    sending: Sending | None = step.sending if isinstance(step, SendStep) else None
    return isinstance(step, VisitStep) or (sending is not None and sending.to == "hcp")


def _conditions(definition: Definition) -> Iterator[tuple[Loc, Condition]]:
    yield ("entry", "when"), definition.entry.when
    for key, condition in (("goal", definition.goal), ("exit_when", definition.exit_when)):
        if condition is not None:
            yield (key,), condition
    for step_id, step in definition.steps.items():
        if isinstance(step, BranchStep):
            yield from ((("steps", step_id, "branch", index, "when"), case.when) for index, case in enumerate(step.branch))
        elif isinstance(step, WaitStep) and step.wait.when is not None:
            yield ("steps", step_id, "wait", "when"), step.wait.when


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


def _uses(definition: Definition) -> Iterator[Use]:
    for step_id, step in definition.steps.items():
        if isinstance(step, VisitStep):
            for channel, meeting in step.visit.channels.items():
                yield from ((("steps", step_id, "visit", channel, "materials", index), ref, channel) for index, ref in enumerate(meeting.materials))
        elif isinstance(step, SendStep):
            here: Loc = ("steps", step_id, kind_of(step) or "")
            yield (*here, "content"), step.sending.content, step.sending.on
            yield from (((*here, "instead", index, "content"), route.content, route.channel) for index, route in enumerate(step.sending.routes[1:]))


def _marks(definition: Definition) -> Iterator[tuple[Loc, Mark]]:
    for step_id, step in definition.steps.items():
        if isinstance(step, WaitStep) and step.wait.until is not None:
            yield ("steps", step_id, "wait", "until"), step.wait.until
        elif isinstance(step, InviteStep):
            yield ("steps", step_id, "invite", "starts"), step.invite.starts
