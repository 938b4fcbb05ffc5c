"""Finds the places of a picture: a layered layout by graphlay, which runs in this process and gives the same picture the same places every time."""

from collections.abc import Iterable, Mapping
from typing import Any

import graphlay

from journeys.drawing import Arrow, Box, Edge, EdgeKind, Layout, Node, Picture, Point
from journeys.drawing.labelling import labelled
from journeys.drawing.layout import label_size, node_size

_OPTIONS = {"cycles": {"strategy": "follow_flow"}, "spacing": {"layer_gap": 60.0, "node_gap": 36.0}}
_LARGE = 200
"""From so many boxes on nobody sees a crossing less, and everybody the seconds: the engine looks for good places half as long."""
_WEIGHTS = {EdgeKind.PATH: 4.0, EdgeKind.BLOCKED: 2.0, EdgeKind.OFFER: 1.0}
"""What an edge counts when edges are made short and straight: what happens of itself goes before what may be chosen."""

_MARGIN = 24.0


def arranged(picture: Picture) -> Layout:
    """The picture with places: layers from top to bottom, the entry first, loops led back at the side."""
    graph = graphlay.Graph()
    for node in picture.nodes:
        size = node_size(node)
        graph.node(node.id, width=size.width, height=size.height)
    for edge in picture.edges:
        graph.edge(edge.from_, edge.to, weight=_WEIGHTS[edge.kind], **_room(edge))
    effort = "fast" if len(picture.nodes) > _LARGE else "balanced"
    found = graphlay.layout(graph, preset="process_map", options={**_OPTIONS, "effort": effort})
    return _placed(picture, found)


def _room(edge: Edge) -> dict[str, Any]:
    size = label_size(edge)
    return {} if size is None else {"label_size": size._asdict()}


def _placed(picture: Picture, found: graphlay.Layout) -> Layout:
    low, high = found.bounds["min"], found.bounds["max"]
    left, top = _MARGIN - low["x"], _MARGIN - low["y"]
    boxes = tuple(_box(node, at, left=left, top=top) for node, at in zip(picture.nodes, found.nodes, strict=True))
    by_id = {box.id: box for box in boxes}
    arrows = tuple(_arrow(edge, _points(at["points"], left, top), by_id) for edge, at in zip(picture.edges, found.edges, strict=True))
    width = round(high["x"] + left + _MARGIN, 1)
    return Layout(
        journey=picture.journey,
        version=picture.version,
        title=picture.title,
        width=width,
        height=round(high["y"] + top + _MARGIN, 1),
        nodes=boxes,
        edges=labelled(boxes, arrows, width=width),
    )


def _box(node: Node, at: dict[str, Any], *, left: float, top: float) -> Box:
    (corner,) = _points([at["center"]], left - at["size"]["width"] / 2, top - at["size"]["height"] / 2)
    return Box(**node.model_dump(), x=corner.x, y=corner.y, width=at["size"]["width"], height=at["size"]["height"])


def _arrow(edge: Edge, points: tuple[Point, ...], boxes: Mapping[str, Box]) -> Arrow:
    first = _met(boxes[edge.from_], points[0], coming=points[1])
    last = _met(boxes[edge.to], points[-1], coming=points[-2])
    return Arrow(**edge.model_dump(), points=(first, *points[1:-1], last))


def _met(box: Box, end: Point, *, coming: Point) -> Point:
    """Where a line meets a box. The engine may end one inside it, when many lines share a corner."""
    x, y = end
    if coming.y == y:
        x = max(x, box.x + box.width) if coming.x > x else min(x, box.x)
    else:
        y = max(y, box.y + box.height) if coming.y > y else min(y, box.y)
    return Point(round(x, 1), round(y, 1))


def _points(written: Iterable[dict[str, float]], left: float, top: float) -> tuple[Point, ...]:
    # A tenth of a pixel is finer than any eye; more digits would differ between processors.
    return tuple(Point(round(point["x"] + left, 1), round(point["y"] + top, 1)) for point in written)
