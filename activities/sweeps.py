"""The activities of sweeps, which enter many people one after the other, and of openings, which begin them: on a task queue of their own."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import structlog
from temporalio import activity

from activities.ports import Clock
from journeys.shapes import Instant, Stored

log = structlog.get_logger()


class Doing(StrEnum):
    """The states of a sweep. In `counted` and `paused` it waits to be told."""

    COUNTING = "counting"
    COUNTED = "counted"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class PageOrder(Stored):
    """The next page: of the people after this one, in the order of their ids."""

    sweep: str
    after: str | None = None


class Page(Stored):
    """What a page came to. Ids and counts only."""

    doing: Doing
    after: str | None = None
    last: bool = False
    tally: dict[str, int] = {}
    """How many came to what: entered, queued, failed, or the code of a refusal."""
    rest: float = 0.0
    """Seconds of real time until the next page, so that the pace is kept."""


class FinishOrder(Stored):
    """The last page was taken: the sweep has counted, or is done."""

    sweep: str
    doing: Doing
    tally: dict[str, int]


class NextOpening(Stored):
    """When the next openings of a journey are, and in which markets."""

    at: Instant
    markets: tuple[str, ...]


class OpeningsOrder(Stored):
    journey: str
    after: Instant | None = None
    """The opening that was kept last; None to begin with the time that it is."""


class BeginOrder(Stored):
    journey: str
    opening: NextOpening


class Sweeps(Protocol):
    async def take(self, order: PageOrder, *, now: datetime) -> Page:
        """Take a page: each person in a transaction of their own, once. A person who cannot be entered stops nobody else."""
        ...

    async def finish(self, order: FinishOrder, *, now: datetime) -> None:
        """Write down that the last page was taken, unless it was stopped meanwhile."""
        ...


class OpeningsOf(Protocol):
    async def next(self, order: OpeningsOrder, *, now: datetime) -> NextOpening | None:
        """The next openings of the journey as HCPs enter it now; None where it has none."""
        ...

    async def begin(self, order: BeginOrder, *, now: datetime) -> None:
        """Begin the sweeps of an opening, once."""
        ...


class SweepActivities:
    """Each can be repeated after a crash: what a page did before is not done again, and its people are not lost."""

    def __init__(self, sweeps: Sweeps, openings: OpeningsOf, clock: Clock) -> None:
        self._sweeps = sweeps
        self._openings = openings
        self._clock = clock

    @activity.defn
    async def take_page(self, order: PageOrder) -> Page:
        """Take the next page, where the sweep is not paused, stopped or done."""
        page = await self._sweeps.take(order, now=self._clock.now())
        log.info("sweep", sweep=order.sweep, doing=page.doing, last=page.last, tally=page.tally)
        return page

    @activity.defn
    async def finish_sweep(self, order: FinishOrder) -> None:
        """Write down that there are no more people."""
        await self._sweeps.finish(order, now=self._clock.now())

    @activity.defn
    async def next_opening(self, order: OpeningsOrder) -> NextOpening | None:
        """When the journey is to be swept next."""
        return await self._openings.next(order, now=self._clock.now())

    @activity.defn
    async def begin_sweeps(self, order: BeginOrder) -> None:
        """Begin the sweeps of an opening."""
        await self._openings.begin(order, now=self._clock.now())
