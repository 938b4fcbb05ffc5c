"""The activity that asks another system: a signed call out under the passage's idempotency key, whose answer may come at once or later."""

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.orders import CallOrder
from activities.ports import Requests, Unanswered
from journeys.events import Called

log = structlog.get_logger()


class RequestActivities:
    """A call that gets no answer is made again by Temporal under the same key; only a system that says no for good has failed."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    @activity.defn
    async def call(self, order: CallOrder) -> Called:
        """Accepted (an answer will come), answered at once, or failed for good."""
        try:
            called = await self._requests.call(order, attempt=activity.info().attempt)
        except Unanswered as error:
            raise ApplicationError(str(error), type=type(error).__name__, next_retry_delay=error.retry_after) from error
        log.info("request", key=order.call.key, to=order.call.to, result=called.result, reason=called.reason)
        return called
