"""The roads of a definition: every way that leads from one step to another, with where it is written.

A join is followed to the step that its parallel leads to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from journeys.definitions import JOIN, JOINED, OTHERWISE, BranchStep, Definition, ExitStep, Fate, ParallelStep, Step, path
from journeys.loading import Loc
from journeys.scopes import Scopes
from journeys.state import MAIN, line_of


class Kind(StrEnum):
    WAY = "way"
    LINE = "line"
    JOIN = "join"
    OFFER = "offer"
    BLOCKED = "blocked"


OWN = (Kind.WAY, Kind.LINE, Kind.JOIN)
"""The roads that a run takes by itself; offers and `blocked` are left out."""


@dataclass(frozen=True)
class Road:
    """One way out of a step. `loc` is where its target is written, inside the step."""

    way: str
    to: str
    kind: Kind
    loc: Loc


def written(step: Step) -> Iterator[Road]:
    """Every way out as the author wrote it; its target may be `join`, or no step at all, but is never the name of a fate."""
    if isinstance(step, ExitStep):
        return
    if isinstance(step, BranchStep):
        yield from (Road(f"case_{index + 1}", case.next, Kind.WAY, ("branch", index, "next")) for index, case in enumerate(step.branch))
        yield Road(OTHERWISE, step.next, Kind.WAY, ("next",))
        return
    if isinstance(step, ParallelStep):
        yield from (Road(name, to, Kind.LINE, ("parallel", "branches", name)) for name, to in step.parallel.branches.items())
    yield from (Road(way, to, Kind.WAY, ("next", way)) for way, to in step.next.items())
    yield from (Road("offer", to, Kind.OFFER, ("offers", index)) for index, to in enumerate(offers_of(step)))
    yield from (Road(reason, to, Kind.BLOCKED, ("blocked", reason)) for reason, to in blocked_of(step).items() if to not in FATES)


FATES = frozenset(fate.value for fate in Fate)


def offers_of(step: Step) -> tuple[str, ...]:
    """What the human at the step may choose instead."""
    offers: tuple[str, ...] = getattr(step, "offers", ())
    return offers


def blocked_of(step: Step) -> dict[str, str]:
    """What the step says of touches that may not go out."""
    blocked: dict[str, str] = getattr(step, "blocked", {})
    return blocked


class Map:
    """The roads of one definition between steps that there are."""

    def __init__(self, definition: Definition, scopes: Scopes) -> None:
        self._steps = definition.steps
        self._line_of = scopes.line_of
        self._parents = {
            line_of(line, step_id, branch): step_id
            for step_id, line in scopes.line_of.items()
            if isinstance(step := definition.steps[step_id], ParallelStep)
            for branch in step.parallel.branches
        }
        self.roads: dict[str, tuple[Road, ...]] = {step_id: tuple(self._from(step_id, step)) for step_id, step in definition.steps.items()}
        self.races = frozenset(join_of(step_id) for step_id, step in definition.steps.items() if isinstance(step, ParallelStep) and step.parallel.join == "any")
        """The joins at which the first line goes on."""

    def led(self, step_id: str, way: str) -> str | None:
        """The step to which a way out really leads, wherever `next` says so; None where there is none."""
        to = path(self._steps[step_id], way)
        to = self._joined(step_id) if to == JOIN else to
        return to if to in self._steps else None

    def places(self) -> dict[str, list[str]]:
        """For every step those that may follow, with the joins as places of their own: the end of each line, and from there the join of its
        parallel, which leads on."""
        ends = {line: [join_of(parallel)] for line, parallel in self._parents.items()}
        joins = {join_of(parallel): self.place_of(parallel, path(self._steps[parallel], JOINED)) for parallel in self._parents.values()}
        steps = {step_id: [place for road in written(step) for place in self.place_of(step_id, road.to)] for step_id, step in self._steps.items()}
        return {**steps, **ends, **joins}

    def place(self, step_id: str, way: str) -> list[str]:
        """The one of `places` to which a way out leads; none where it leads to no step."""
        return self.place_of(step_id, path(self._steps[step_id], way))

    def place_of(self, step_id: str, to: str | None) -> list[str]:
        """The one of `places` that a step means by this target; none where there is no such step."""
        line = self._line_of.get(step_id, MAIN)
        if to == JOIN:
            return [line] if line in self._parents else []
        return [to] if to in self._steps else []

    def parent(self, line: str) -> str | None:
        """The parallel step of a line."""
        return self._parents.get(line)

    def _from(self, step_id: str, step: Step) -> Iterator[Road]:
        for road in written(step):
            if road.to in self._steps:
                yield road
            elif road.to == JOIN and (after := self._joined(step_id)) is not None:
                yield Road(road.way, after, Kind.JOIN if road.kind is Kind.WAY else road.kind, road.loc)

    def _joined(self, step_id: str) -> str | None:
        """Where the run goes on when the line of a step has joined: its parallel may itself be the last of a line."""
        here: str | None = step_id
        while here is not None:
            here = self._parents.get(self._line_of.get(here, MAIN))
            to = path(self._steps[here], JOINED) if here is not None else None
            if to != JOIN:
                return to if to in self._steps else None
        return None


def is_join(place: str) -> bool:
    """Whether a place is no step: steps have no dot in their names, lines and joins have."""
    return "." in place


def join_of(parallel: str) -> str:
    """The place at which the lines of a parallel join."""
    return f"{parallel}."
