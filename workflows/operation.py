"""One operation over many runs, paced: it acts on a few, rests, and goes on, until none is left. What it does and to whom lies in the store."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

from activities.operations import OperationActivities, OperationOrder
from workflows.performance import BATCH


@workflow.defn
class Operation:
    """Stopped, held and let go on by the store's word; `nudge` has it looked at now. Its history stays short: it holds an id and nothing else."""

    def __init__(self) -> None:
        self._nudged = False

    @workflow.run
    async def run(self, order: OperationOrder) -> None:
        """Go on until the operation is over."""
        while True:
            self._nudged = False
            progress = await workflow.execute_activity_method(OperationActivities.carry_on, order, **BATCH)
            if progress.over:
                return
            with suppress(asyncio.TimeoutError):
                await workflow.wait_condition(lambda: self._nudged, timeout=timedelta(seconds=progress.rest))
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(order)

    @workflow.signal
    def nudge(self) -> None:
        """Somebody held, let go on or stopped the operation."""
        self._nudged = True
