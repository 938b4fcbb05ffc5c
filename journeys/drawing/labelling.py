"""Finds the place of each arrow's words: on the arrow's own line, clear of boxes and of other words, and over as few other lines as may be."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from journeys.drawing.layout import Arrow, Box, Point, Size, label_size

_SHARES = (0.5, 0.3, 0.7, 0.15, 0.85)
"""Where along a stretch of its line a label may stand, the middle first."""

_CLEAR = 3.0
_CELL = 120.0
_NOBODY = -1
_SPOILT, _CROSSED, _TURN = 1000.0, 10.0, 6.0
"""What it costs to leave the picture, to cover a box or words, a line, and a bend or end, its own too; a step further along the line costs 1."""


class _Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Area") -> bool:
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


class _Ground:
    """What is drawn already, in cells, so that only the neighbours of a place are looked at."""

    def __init__(self, *, width: float) -> None:
        self._width = width
        self._cells: defaultdict[tuple[int, int], list[tuple[_Area, float, int]]] = defaultdict(list)

    def take(self, area: _Area, *, cost: float, owner: int) -> None:
        for cell in _cells(area):
            self._cells[cell].append((area, cost, owner))

    def cost(self, area: _Area, *, owner: int) -> float:
        """What it costs to cover this area for one who owns some of the lines."""
        met = {other: cost for cell in _cells(area) for other, cost, whose in self._cells.get(cell, ()) if whose != owner and area.meets(other)}
        outside = area.left < 0 or area.right > self._width
        return sum(met.values()) + _SPOILT * outside


def labelled(boxes: Iterable[Box], arrows: tuple[Arrow, ...], *, width: float) -> tuple[Arrow, ...]:
    """The arrows with the places of their words, in a picture of this width. The widest words choose first, since they have the least choice."""
    ground = _Ground(width=width)
    for box in boxes:
        ground.take(_line(Point(box.x, box.y), Point(box.x + box.width, box.y + box.height)), cost=_SPOILT, owner=_NOBODY)
    for number, arrow in enumerate(arrows):
        for start, end in pairwise(arrow.points):
            ground.take(_line(start, end), cost=_CROSSED, owner=number)
            ground.take(_line(end, end), cost=_TURN, owner=_NOBODY)
    sizes = {number: size for number, arrow in enumerate(arrows) if (size := label_size(arrow)) is not None}
    places: dict[int, Point] = {}
    for number, size in sorted(sizes.items(), key=lambda item: -item[1].width):
        places[number] = min(enumerate(_choices(arrows[number].points)), key=lambda choice: choice[0] + ground.cost(_around(choice[1], size), owner=number))[1]
        ground.take(_around(places[number], size), cost=_SPOILT, owner=_NOBODY)
    return tuple(arrow.model_copy(update={"label_at": places.get(number)}) for number, arrow in enumerate(arrows))


def _choices(points: tuple[Point, ...]) -> Iterator[Point]:
    """The places along a line, those near its beginning first: there one looks for why it was taken."""
    for start, end in pairwise(points):
        for share in _SHARES:
            yield Point(round(start.x + (end.x - start.x) * share, 1), round(start.y + (end.y - start.y) * share, 1))


def _around(middle: Point, size: Size) -> _Area:
    return _Area(middle.x - size.width / 2, middle.y - size.height / 2, middle.x + size.width / 2, middle.y + size.height / 2)


def _line(start: Point, end: Point) -> _Area:
    left, right = sorted((start.x, end.x))
    top, bottom = sorted((start.y, end.y))
    return _Area(left - _CLEAR, top - _CLEAR, right + _CLEAR, bottom + _CLEAR)


def _cells(area: _Area) -> Iterator[tuple[int, int]]:
    for column in range(int(area.left // _CELL), int(area.right // _CELL) + 1):
        for row in range(int(area.top // _CELL), int(area.bottom // _CELL) + 1):
            yield column, row
