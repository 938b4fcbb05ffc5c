"""Whether a run cannot but touch an HCP more often than a market's cap allows: a walk over all its ways that looks for one that need not."""

from collections import deque
from collections.abc import Iterable
from datetime import timedelta

from journeys.caps import Cap
from journeys.definitions import EXHAUSTED, JOIN, ExitStep, ParallelStep, SendStep, Step
from journeys.linting.latest import NOTHING, added
from journeys.linting.roads import Kind, is_join, join_of, written
from journeys.linting.stays import planned
from journeys.linting.subject import Subject, is_promotion
from journeys.linting.walks import Graph, knots, reached
from journeys.linting.work import Work
from journeys.markets import MarketPolicy
from journeys.state import MAIN, line_of


class Pressure:
    """The ways of one definition under one cap of a market, walked within the work that is allowed."""

    def __init__(self, subject: Subject, policy: MarketPolicy, cap: Cap, work: Work) -> None:
        self.steps = subject.steps
        self.cap, self.period = cap.at_most, cap.period
        self.work = work
        self.lines = subject.scopes.line_of
        self.stays = {step_id: planned(step, subject.now) for step_id, step in self.steps.items()}
        self.touching = {step_id for step_id, step in self.steps.items() if is_promotion(step) and _counts(subject, policy, cap, step)}
        self.ahead = self._ahead(subject)
        self.endless = self._endless()

    def must_exceed(self, start: str) -> bool:
        """Whether no way from a touch, or from the beginning of lines, gets out of the cap's period, or to an exit, within the cap, however
        long each step takes."""
        walk = _Walk(self, end=None)
        if start in self.touching:
            walk.go_on(start, 1, NOTHING)
        else:
            walk.come(start, 0, NOTHING)
        walk.walk()
        return walk.exits is None and walk.lasts is None

    def _ahead(self, subject: Subject) -> dict[str, list[str]]:
        """The places that may follow each, as planned: no touch is blocked, and a step is exhausted only where that may happen within the cap."""
        spent = {step_id: subject.map.place(step_id, EXHAUSTED) for step_id, bound in subject.bounds.items() if bound <= self.cap}
        ahead = {place: list(_or_past(spent, following)) for place, following in subject.map.places().items()}
        for step_id, step in self.steps.items():
            kinds = (Kind.LINE,) if isinstance(step, ParallelStep) else (Kind.WAY, Kind.OFFER)
            roads = (road.to for road in written(step) if road.kind in kinds and road.way != EXHAUSTED)
            ahead[step_id] = list(_or_past(spent, (place for to in roads for place in subject.map.place_of(step_id, to))))
        return ahead

    def _endless(self) -> set[str]:
        """The places at which a run may stay as long as it likes without a touch: they lie on a loop that takes time and touches nobody."""
        quiet = {place: [to for to in following if to not in self.touching] for place, following in self.ahead.items() if place not in self.touching}
        rings = (knot for knot in knots(quiet) if len(knot) > 1 or knot[0] in quiet[knot[0]])
        return {place for knot in rings if any(self.stays.get(place, NOTHING) for place in knot) for place in knot}


class _Walk:
    """One walk: of the whole run, or of a line until its `end`. It keeps, for each place and number of touches, the longest time that may have
    passed: whoever has more time is never worse off.

    `exits` and `lasts` are the fewest touches with which it comes to an exit, and out of the period; `joins`, for each number of touches with
    which it comes to the end of the line, the longest time.
    """

    def __init__(self, pressure: Pressure, *, end: str | None, around: tuple[str, ...] = ()) -> None:
        self._in = pressure
        self._end, self._around = end, around
        self._longest: dict[tuple[str, int], timedelta] = {}
        self._open: deque[tuple[str, int]] = deque()
        self.exits: int | None = None
        self.lasts: int | None = None
        self.joins: dict[int, timedelta] = {}

    @property
    def fewest(self) -> int | None:
        """The touches that the line cannot do without before it joins or the period is over; None where they are more than the cap."""
        return min((*self.joins, *(() if self.lasts is None else (self.lasts,))), default=None)

    @property
    def latest(self) -> timedelta:
        """When the line joins at the latest."""
        return self._in.period if self.lasts is not None else max(self.joins.values(), default=NOTHING)

    def walk(self) -> None:
        """Follow all ways."""
        while self._open:
            place, touches = self._open.popleft()
            following = self._in.ahead[place]
            if not following:
                self.exits = _least(self.exits, touches)
            for to in following:
                self._in.work.spend()
                self.come(to, touches, self._longest[place, touches])

    def come(self, place: str, touches: int, spent: timedelta) -> None:
        """Come to a place after so many touches and so long a time."""
        if place == self._end:
            self.joins[touches] = max(self.joins.get(touches, NOTHING), spent)
            return
        step = None if is_join(place) else self._in.steps[place]
        if isinstance(step, ExitStep):
            self.exits = _least(self.exits, touches)
            return
        spent = added(spent, self._in.stays.get(place, NOTHING))
        if spent >= self._in.period or place in self._in.endless:
            self.lasts = _least(self.lasts, touches)
        elif isinstance(step, ParallelStep) and step.parallel.join == "all":
            self._side_by_side(place, step, touches, spent)
        else:
            self.go_on(place, touches + (place in self._in.touching), spent)

    def go_on(self, place: str, touches: int, spent: timedelta) -> None:
        """Go on from a place later, if it was not left with more time before."""
        if touches <= self._in.cap and ((place, touches) not in self._longest or self._longest[place, touches] < spent):
            self._longest[place, touches] = spent
            self._open.append((place, touches))

    def _side_by_side(self, place: str, step: ParallelStep, touches: int, spent: timedelta) -> None:
        """Lines that are all waited for: what none of them can do without adds up, and the slowest decides when they join."""
        if place in self._around:
            self.exits = _least(self.exits, touches)  # a parallel within itself is another rule's business
            return
        lines = [self._line(place, branch, first, spent) for branch, first in step.parallel.branches.items() if first in self._in.steps or first == JOIN]
        leaving = min((line.exits for line in lines if line.exits is not None), default=self._in.cap + 1)
        if touches + leaving <= self._in.cap:
            self.exits = _least(self.exits, touches + leaving)
        fewest = [line.fewest for line in lines]
        together = touches + sum(each for each in fewest if each is not None)
        if None in fewest or together > self._in.cap:
            return
        latest = max((line.latest for line in lines), default=spent)
        if latest >= self._in.period:
            self.lasts = _least(self.lasts, together)
        else:
            self.go_on(join_of(place), together, latest)

    def _line(self, parallel: str, branch: str, first: str, spent: timedelta) -> "_Walk":
        self._in.work.spend()
        line = line_of(self._in.lines.get(parallel, MAIN), parallel, branch)
        walk = _Walk(self._in, end=line, around=(*self._around, parallel))
        walk.come(line if first == JOIN else first, 0, spent)
        walk.walk()
        return walk


def _counts(subject: Subject, policy: MarketPolicy, cap: Cap, step: Step) -> bool:
    """Whether the cap is about what the step does. A visit counts where no channel is named: it takes place on one of several."""
    definition, channel = subject.definition, step.sending.on if isinstance(step, SendStep) else ""
    return policy.concerns(cap, channel=channel, purpose=definition.purpose, product=definition.product)


def _or_past(spent: Graph, places: Iterable[str]) -> Iterable[str]:
    """The places, and those that one goes on to at once where they may be exhausted."""
    return sorted(reached(spent, places))


def _least(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)
