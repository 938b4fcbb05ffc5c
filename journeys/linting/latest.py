"""The latest moment at which a run that begins today may still be at a step: over the longest way, every loop gone round as often as its bounds allow."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter

from journeys.linting.roads import is_join
from journeys.linting.walks import Graph, knots

NOTHING = timedelta()

FOREVER = timedelta(days=365_250)
"""A thousand years: times are added up to here and no further, so that no sum is too great for a date."""

Stay = Callable[[str], timedelta]


class Timetable:
    """How long after the entry each step may be come to, and left, for the last time.

    `bounds` are the steps that say `at_most`, `exhausted` the roads when each of them is exhausted. Where those roads still loop nothing is
    known: without bounds there is no latest moment. Where steps loop the answer is an upper bound: each passage of a bounded step is followed
    by at most one longest way through the steps without bounds, so the times add up. At a place of `races` whoever comes first goes on.
    """

    def __init__(self, roads: Graph, *, bounds: Mapping[str, int], exhausted: Graph, first: str, stay: Stay, races: Collection[str] = ()) -> None:
        self._bounds = bounds
        self._races = races
        self._knots = [knot[::-1] for knot in knots(roads)][::-1]
        self._knot_of = {step: index for index, knot in enumerate(self._knots) for step in knot}
        self._come: dict[int, tuple[timedelta, int | None]] = {}
        try:
            order = tuple(TopologicalSorter(exhausted).static_order())  # later steps come first: graphlib thinks in predecessors
        except CycleError:
            return
        ranks = {step: rank for rank, step in enumerate(order)}
        self._spans = [self._span(sorted(knot, key=ranks.__getitem__), roads, exhausted, stay) for knot in self._knots]
        self._travel(roads, first)

    def left(self, step: str) -> timedelta | None:
        """The latest at which the step is left; None where it is not reached, or has no latest."""
        index = self._knot_of.get(step, -1)
        return added(self._come[index][0], self._spans[index]) if index in self._come else None

    def come(self, step: str) -> timedelta | None:
        """The latest at which the step is come to; for one in a loop, an upper bound: when the loop is left."""
        index = self._knot_of.get(step, -1)
        if index not in self._come:
            return None
        return added(self._come[index][0], self._spans[index] if len(self._knots[index]) > 1 else NOTHING)

    def chain(self, step: str) -> tuple[str, ...]:
        """The way that takes so long: a step alone by its name, a loop by its bounded steps and how often they may be passed."""
        told: list[str] = []
        here: int | None = self._knot_of[step]
        tied = len(self._knots[self._knot_of[step]]) > 1
        while here is not None:
            if not is_join(self._knots[here][0]):
                told.append(_named(self._knots[here], self._bounds))
            here = self._come[here][1]
        return (*reversed(told), *([step] if tied else []))

    def _travel(self, roads: Graph, first: str) -> None:
        if first in self._knot_of:
            self._come[self._knot_of[first]] = (NOTHING, None)
        for index, knot in enumerate(self._knots):
            if index not in self._come:
                continue
            leaving = added(self._come[index][0], self._spans[index])
            for to in dict.fromkeys(self._knot_of[to] for step in knot for to in roads[step]):
                if to != index and self._counts(leaving, to):
                    self._come[to] = (leaving, index)

    def _counts(self, leaving: timedelta, to: int) -> bool:
        """Whether who comes then comes later than everybody before; at a race, earlier."""
        if to not in self._come:
            return True
        is_race = len(self._knots[to]) == 1 and self._knots[to][0] in self._races
        return leaving < self._come[to][0] if is_race else leaving > self._come[to][0]

    def _span(self, knot: list[str], roads: Graph, exhausted: Graph, stay: Stay) -> timedelta:
        """The longest time between coming to a knot and leaving it; its steps are given with the later ones first."""
        if len(knot) == 1 and knot[0] not in roads[knot[0]]:
            return stay(knot[0])
        ahead: dict[str, timedelta] = {}
        for step in knot:
            own = NOTHING if step in self._bounds else stay(step)
            ahead[step] = added(own, max((ahead[to] for to in exhausted[step] if to in ahead), default=NOTHING))
        total = max(ahead.values())
        for step in knot:
            if step in self._bounds:
                total = added(total, self._bounds[step] * added(stay(step), max((ahead[to] for to in roads[step] if to in ahead), default=NOTHING)))
        return total


def added(one: timedelta, other: timedelta) -> timedelta:
    """The sum, or `FOREVER` where it is longer."""
    return min(one + other, FOREVER)


def _named(knot: list[str], bounds: Mapping[str, int]) -> str:
    bounded = [f"{step} ({bounds[step]} times)" for step in knot if step in bounds]
    return " and ".join(bounded) if len(knot) > 1 and bounded else knot[0]
