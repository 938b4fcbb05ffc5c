"""One letter outside a journey, durably: it is put to the gate, rests while it is held, and ends when it went out, was refused, or nobody knows. What it
says and to whom lies in the store."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

from activities.dispatches import DispatchActivities, DispatchOrder
from journeys.events import Settled
from journeys.pace import Pace
from journeys.shapes import Stored
from workflows.performance import DELIVERY


class DispatchInput(Stored):
    dispatch: str
    pace: Pace


@workflow.defn
class Dispatch:
    """`wake` has a held one put to the gate now."""

    def __init__(self) -> None:
        self._woken = False

    @workflow.run
    async def run(self, given: DispatchInput) -> Settled:
        """Until there is nothing left to wait for."""
        while True:
            self._woken = False
            settled: Settled = await workflow.execute_activity_method(DispatchActivities.dispatch, DispatchOrder(dispatch=given.dispatch), **DELIVERY)
            if settled.result != "deferred" or settled.until is None:
                return settled
            rest = given.pace.wall(settled.until) - workflow.now()
            with suppress(asyncio.TimeoutError):
                await workflow.wait_condition(lambda: self._woken, timeout=max(rest, _A_MOMENT))
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(given)

    @workflow.signal
    def wake(self) -> None:
        """Somebody asks that it be looked at."""
        self._woken = True


_A_MOMENT = timedelta(seconds=1)
"""The shortest rest: two clocks may differ, and a gate that is asked early would be asked at once again."""
