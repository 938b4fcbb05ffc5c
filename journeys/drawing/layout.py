"""A picture with places: every node a box, every edge a line through points, in px from the top left corner. An engine of the house finds the places
(`orchestrator.drawing`); this module says how large things are, and holds the result that editors and the SVG use."""

from functools import cached_property
from typing import NamedTuple

from journeys.drawing.lettering import width, wrapped
from journeys.drawing.looks import NodeKind
from journeys.drawing.picture import Drawn, Edge, EdgeKind, Node

TITLE, SMALL, LINE = 13.0, 11.0, 16.0
"""Font sizes of a title and of everything else, and the height of a line, in px."""

BOLD = 1.14
"""How much wider the bold letters of a title are."""

PADDING = 12.0
WIDEST = 220.0
_NARROWEST = 110.0
_LABEL = 170.0
_TITLE_LINES, _DETAIL_LINES, _LABEL_LINES = 3, 4, 4


class Point(NamedTuple):
    x: float
    y: float


class Size(NamedTuple):
    width: float
    height: float


class Box(Node):
    """A node in its place; x and y are its top left corner."""

    x: float
    y: float
    width: float
    height: float


class Arrow(Edge):
    """An edge in its place, from border to border."""

    points: tuple[Point, ...]
    label_at: Point | None = None
    """The middle of the label; none where there is nothing to say."""


class Layout(Drawn):
    journey: str
    version: int
    title: str
    width: float
    height: float
    nodes: tuple[Box, ...]
    edges: tuple[Arrow, ...]

    @cached_property
    def kinds(self) -> tuple[NodeKind, ...]:
        """The kinds of node that occur, in the order of the language."""
        present = {node.kind for node in self.nodes}
        return tuple(kind for kind in NodeKind if kind in present)

    @cached_property
    def edge_kinds(self) -> tuple[EdgeKind, ...]:
        present = {edge.kind for edge in self.edges}
        return tuple(kind for kind in EdgeKind if kind in present)


def title_lines(node: Node) -> tuple[str, ...]:
    """The title as it is broken into lines."""
    return wrapped(node.title, TITLE * BOLD, room=WIDEST - 2 * PADDING, lines=_TITLE_LINES)


def detail_lines(node: Node) -> tuple[str, ...]:
    """What a step does, as it is broken into lines."""
    return wrapped(_spoken(node.detail), SMALL, room=WIDEST - 2 * PADDING, lines=_DETAIL_LINES)


def label_lines(edge: Edge) -> tuple[str, ...]:
    """The words on an edge, as they are broken into lines."""
    return wrapped(_spoken(edge.label), SMALL, room=_LABEL, lines=_LABEL_LINES)


def _spoken(words: str) -> str:
    return words.replace("_", " ")


def node_size(node: Node) -> Size:
    """The box that the lines of a node need: its kind, its title, its detail."""
    title, small = title_lines(node), (node.kind, *detail_lines(node))
    widest = max(*(width(line, TITLE * BOLD) for line in title), *(width(line, SMALL) for line in small))
    return Size(max(_NARROWEST, round(widest) + 2 * PADDING), LINE * (len(title) + len(small)) + 16)


def label_size(edge: Edge) -> Size | None:
    """The room that the words on an edge need; none where there are none."""
    lines = label_lines(edge)
    return Size(round(max(width(line, SMALL) for line in lines)) + 6, (LINE - 2) * len(lines)) if lines else None
