"""A sweep, durably: page after page of people at its pace, with the last person of each page in its state. What is asked of it (count, go, pause, stop)
stands in the store; a signal only has it look."""

from datetime import timedelta
from typing import assert_never

from temporalio import workflow

from activities.sweeps import Doing, FinishOrder, Page, PageOrder, SweepActivities
from journeys.shapes import Stored
from workflows.performance import PAGE


class SweepInput(Stored):
    """`after` and `tally` are carried along when it continues as new."""

    sweep: str
    after: str | None = None
    tally: dict[str, int] = {}


@workflow.defn
class Sweep:
    @workflow.init
    def __init__(self, given: SweepInput) -> None:
        self._sweep = given.sweep
        self._after = given.after
        self._tally = dict(given.tally)
        self._woken = False

    @workflow.run
    async def run(self, given: SweepInput) -> None:  # noqa: ARG002 - kept by __init__, before any signal
        """Until it is done or stopped; as new when its history has grown long."""
        while await self._take_page():
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(SweepInput(sweep=self._sweep, after=self._after, tally=self._tally))

    @workflow.signal
    def wake(self) -> None:
        """Look at what is asked of the sweep."""
        self._woken = True

    async def _take_page(self) -> bool:
        """One look and, where it may, one page. Whether there is more to come."""
        self._woken = False
        page = await workflow.execute_activity_method(SweepActivities.take_page, PageOrder(sweep=self._sweep, after=self._after), **PAGE)
        match page.doing:
            case Doing.STOPPED | Doing.DONE:
                return False
            case Doing.COUNTED | Doing.PAUSED:
                await workflow.wait_condition(lambda: self._woken)
            case Doing.COUNTING | Doing.RUNNING:
                await self._taken(page)
            case _ as never:
                assert_never(never)
        return True

    async def _taken(self, page: Page) -> None:
        self._after = page.after
        for code, count in page.tally.items():
            self._tally[code] = self._tally.get(code, 0) + count
        if page.last:
            order = FinishOrder(sweep=self._sweep, doing=page.doing, tally=self._tally)
            await workflow.execute_activity_method(SweepActivities.finish_sweep, order, **PAGE)
            self._after, self._tally = None, {}  # from the counting it goes on to the entering, from the start
        elif page.rest:
            await workflow.sleep(timedelta(seconds=page.rest))
