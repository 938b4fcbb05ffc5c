"""The picture of a definition: its steps as nodes and its ways as edges, taken from the definition once, so that every rendering shows the same."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from journeys.definitions import EXHAUSTED, OTHERWISE, BranchStep, Definition, ParallelStep, Step, joins, kind_of, targets
from journeys.drawing.looks import NodeKind
from journeys.drawing.words import detail, told
from journeys.linting.walks import reached

ENTRY = "(entry)"
"""The id of the node at which people come in. No step can be called so: an id has no brackets."""


class EdgeKind(StrEnum):
    """A path is what happens of itself; an offer is the conductor's choice; blocked is where a touch goes that the gate refused."""

    PATH = "path"
    OFFER = "offer"
    BLOCKED = "blocked"


class Drawn(BaseModel):
    """Part of a picture."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Node(Drawn):
    id: str
    kind: NodeKind
    title: str
    detail: str = ""
    """What the step does, in a few words."""
    why: str = ""


class Edge(Drawn):
    """All ways of one kind from one node to another."""

    from_: str = Field(alias="from")
    to: str
    kind: EdgeKind = EdgeKind.PATH
    ways: tuple[str, ...] = ()
    label: str = ""
    """The ways in words. Nothing where there is nothing to tell apart: at an offer, and at an only way out."""


class Picture(Drawn):
    journey: str
    version: int
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def of(self, *kinds: EdgeKind) -> "Picture":
        """The same picture with the edges of these kinds alone."""
        return self.model_copy(update={"edges": tuple(edge for edge in self.edges if edge.kind in kinds)})


def picture(definition: Definition) -> Picture:
    """The picture. Paths to steps that do not exist are left out: the linter tells of them."""
    entry = Node(id=ENTRY, kind=NodeKind.ENTRY, title="Enters", detail=told(definition.entry.when))
    way_in = (Edge(from_=ENTRY, to=definition.first),) if definition.first in definition.steps else ()
    parallels = parallel_around(definition)
    edges = (edge for step_id, step in definition.steps.items() for edge in _edges(definition, step_id, step, parallels))
    return Picture(
        journey=definition.journey,
        version=definition.version,
        title=definition.title,
        nodes=(entry, *(node for step_id, step in definition.steps.items() for node in _nodes(step_id, step))),
        edges=(*way_in, *edges),
    )


def _nodes(step_id: str, step: Step) -> Iterator[Node]:
    """The step's own, and for a `parallel` the place where its lines come together."""
    yield Node(id=step_id, kind=NodeKind(kind_of(step) or ""), title=step.title or step_id, detail=detail(step), why=step.why or "")
    if isinstance(step, ParallelStep):
        yield Node(id=_join(step_id), kind=NodeKind.JOIN, title="All lines have joined" if step.parallel.join == "all" else "The first line has joined")


def _join(step_id: str) -> str:
    return f"({step_id} joined)"


def _edges(definition: Definition, step_id: str, step: Step, parallels: Mapping[str, str]) -> Iterator[Edge]:
    """The edges out of a step: one for each place that is left, target and kind, with all its ways."""
    ways: dict[tuple[str, EdgeKind, str], list[str]] = {}
    for way, to in targets(step):
        if to in definition.steps:
            ways.setdefault((_left(step_id, step, way), _kind(way), to), []).append(way)
    for way in joins(step) if step_id in parallels else ():
        ways.setdefault((_left(step_id, step, way), EdgeKind.PATH, _join(parallels[step_id])), []).append(way)
    for (from_, kind, to), those in ways.items():
        words = ", ".join(word for word in (_word(step, way) for way in those) if word)
        yield Edge(from_=from_, to=to, kind=kind, ways=tuple(those), label=words)


def _left(step_id: str, step: Step, way: str) -> str:
    """The place from which a way leads on: once the lines of a `parallel` have joined, it is where they do."""
    begins = way == EXHAUSTED or way.startswith("line.")
    return _join(step_id) if isinstance(step, ParallelStep) and not begins else step_id


def parallel_around(definition: Definition) -> dict[str, str]:
    """For each step of a line the `parallel` whose line it is: the innermost one, where they are nested."""
    graph = {step_id: [to for _, to in targets(step)] for step_id, step in definition.steps.items()}
    within = {
        step_id: reached(graph, step.parallel.branches.values()) & set(definition.steps)
        for step_id, step in definition.steps.items()
        if isinstance(step, ParallelStep)
    }
    # The innermost is set last, since it has the fewest steps.
    outermost_first = sorted(within, key=lambda step_id: -len(within[step_id]))
    return {inside: step_id for step_id in outermost_first for inside in within[step_id]}


def _kind(way: str) -> EdgeKind:
    first, _, _ = way.partition(".")
    return EdgeKind(first) if first in set(EdgeKind) else EdgeKind.PATH


def _word(step: Step, way: str) -> str:
    """What an edge says of one of its ways. Where a step has only one way out, there is nothing to tell apart."""
    first, _, rest = way.partition(".")
    if isinstance(step, BranchStep) and first == "branch":
        return told(step.branch[int(rest)].when)
    if way == OTHERWISE and not isinstance(step, BranchStep) and len(getattr(step, "next", ())) == 1:
        return ""
    return "" if way == EdgeKind.OFFER else rest or way
