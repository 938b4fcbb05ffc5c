"""A safety case, durably: it is looked after until drug safety has acknowledged it. It knows of no journey, so none that ends, stops or pauses ends it. Its
history holds the case's id and times: what was reported lies in the store."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from temporalio import workflow

from activities.safety import SafetyActivities, SafetyOrder, SafetyProgress
from journeys.pace import Pace
from journeys.shapes import Stored
from workflows.performance import DELIVERY

_A_TICK = timedelta(milliseconds=1)
"""Added to every rest, so that rounding never has it look before the time."""


class SafetyCaseInput(Stored):
    case: str
    pace: Pace


@workflow.defn
class SafetyCase:
    @workflow.init
    def __init__(self, given: SafetyCaseInput) -> None:
        self._given = given
        self._nudged = False

    @workflow.run
    async def run(self, given: SafetyCaseInput) -> None:
        """Have done what is due, rest until more is, and go on until the case is acknowledged."""
        while True:
            self._nudged = False
            order = SafetyOrder(case=given.case, at=given.pace.journey(workflow.now()))
            progress = await workflow.execute_activity_method(SafetyActivities.look_after, order, **DELIVERY)
            if progress.over:
                return
            with suppress(asyncio.TimeoutError):
                await workflow.wait_condition(lambda: self._nudged, timeout=self._rest(progress, workflow.now()))
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(given)

    @workflow.signal
    def nudge(self) -> None:
        """How the case stands has changed: look now."""
        self._nudged = True

    def _rest(self, progress: SafetyProgress, now: datetime) -> timedelta:
        """Until what is due next, on the clock on the wall, or until an attempt that failed has rested."""
        ends = [self._given.pace.wall(progress.next) - now] if progress.next is not None else []
        if progress.rest is not None:
            ends.append(timedelta(seconds=progress.rest))
        return max(min(ends, default=timedelta(hours=1)), timedelta()) + _A_TICK
