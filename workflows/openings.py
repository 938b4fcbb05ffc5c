"""The openings of a journey, durably: at each of them the people who meet the entry condition are swept in. One that passed while nothing ran is made up
for once; a new version has them looked up anew."""

from datetime import timedelta

from temporalio import workflow

from activities.sweeps import BeginOrder, NextOpening, OpeningsOrder, SweepActivities
from journeys.pace import Pace
from journeys.shapes import Instant, Stored
from workflows.performance import PAGE

_A_TICK = timedelta(milliseconds=1)
"""Added to every timer, so that rounding never opens before the time."""


class OpeningsInput(Stored):
    """`after` is the opening that was kept last, carried along when it continues as new."""

    journey: str
    pace: Pace
    after: Instant | None = None


@workflow.defn
class Openings:
    @workflow.init
    def __init__(self, given: OpeningsInput) -> None:
        self._given = given
        self._after = given.after
        self._woken = False

    @workflow.run
    async def run(self, given: OpeningsInput) -> None:  # noqa: ARG002 - kept by __init__, before any signal
        """For as long as the journey has openings; as new when the history has grown long."""
        while (opening := await self._next()) is not None:
            if await self._reached(opening):
                await workflow.execute_activity_method(SweepActivities.begin_sweeps, BeginOrder(journey=self._given.journey, opening=opening), **PAGE)
                self._after = opening.at
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(self._given.model_copy(update={"after": self._after}))

    @workflow.signal
    def wake(self) -> None:
        """Look up the next opening anew: there is another version, or none."""
        self._woken = True

    async def _next(self) -> NextOpening | None:
        self._woken = False
        order = OpeningsOrder(journey=self._given.journey, after=self._after)
        return await workflow.execute_activity_method(SweepActivities.next_opening, order, **PAGE)

    async def _reached(self, opening: NextOpening) -> bool:
        """Wait for the opening. Whether it came, rather than the news that the openings are others now."""
        wait = self._given.pace.wall(opening.at) - workflow.now() + _A_TICK
        if wait <= timedelta():
            return True
        try:
            await workflow.wait_condition(lambda: self._woken, timeout=wait)
        except TimeoutError:
            return True
        return False
