"""The activity by which an operation over many runs goes on: a few runs at a time, so that nobody waits behind it."""

import structlog
from temporalio import activity

from activities.ports import Operators, Progress
from journeys.shapes import Stored

log = structlog.get_logger()


class OperationOrder(Stored):
    """Which operation is to go on."""

    operation: str


class OperationActivities:
    """What was done is written down run by run, so that a repeat after a crash goes on with the next."""

    def __init__(self, operators: Operators) -> None:
        self._operators = operators

    @activity.defn
    async def carry_on(self, order: OperationOrder) -> Progress:
        """Act on the next few runs, and say when to go on."""
        progress = await self._operators.carry_on(order.operation)
        log.info("operation", operation=order.operation, over=progress.over, rest=progress.rest)
        return progress
