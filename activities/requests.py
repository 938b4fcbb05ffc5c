"""The activity that asks another system: a signed call out under the passage's idempotency key, whose answer may come at once or later."""

from datetime import datetime, timedelta

import structlog
from temporalio import activity

from activities.orders import CallOrder
from activities.ports import Clock, Requests, Unanswered
from journeys.events import Called

FIRST, LONGEST = timedelta(seconds=5), timedelta(hours=1)
"""How long, in real time, a call that got no answer rests before it is made again: twice as long each time, between these two."""

log = structlog.get_logger()


class RequestActivities:
    """One call, once. What gets no answer is told as such, with the time for the next, and made again by the run under the same key: until then
    the run hears whatever else happens to it. Only a system that says no for good has failed."""

    def __init__(self, requests: Requests, clock: Clock) -> None:
        self._requests = requests
        self._clock = clock

    @activity.defn
    async def call(self, order: CallOrder) -> Called:
        """Accepted (an answer will come), answered at once, failed for good, or to be called again."""
        tries = order.call.tries or 0
        try:
            called = await self._requests.call(order, attempt=tries + 1)
        except Unanswered as error:
            called = Called(key=order.call.key, result="again", retry=self._retry(tries, error.retry_after))
        log.info("request", key=order.call.key, to=order.call.to, result=called.result, reason=called.reason)
        return called

    def _retry(self, tries: int, wished: timedelta | None) -> datetime:
        """When to call again: when the other system wishes, where it says so, and never at once."""
        pause = min(LONGEST, FIRST * 2 ** min(tries, 16)) if wished is None else max(wished, FIRST)
        return self._clock.later(pause)
