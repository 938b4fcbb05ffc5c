"""The activity that delivers a letter outside a journey: it is looked up by its id, and goes the way of every touch."""

from datetime import datetime
from typing import Protocol

from temporalio import activity

from activities.orders import LetterOrder
from activities.ports import Clock
from activities.touches import TouchActivities
from journeys.events import Settled
from journeys.shapes import Stored


class DispatchOrder(Stored):
    """Which letter is to go out."""

    dispatch: str


class Dispatches(Protocol):
    async def read(self, dispatch_id: str) -> LetterOrder | Settled:
        """What is to be delivered; of a letter that is over and done with, what became of it."""
        ...

    async def stand(self, dispatch_id: str, settled: Settled, *, now: datetime) -> Settled:
        """Write down what became of it, and tell it in the person's story. One that was held for too long is given up: refused."""
        ...


class DispatchActivities:
    def __init__(self, dispatches: Dispatches, touches: TouchActivities, clock: Clock) -> None:
        self._clock = clock
        self._dispatches = dispatches
        self._touches = touches

    @activity.defn
    async def dispatch(self, order: DispatchOrder) -> Settled:
        """Sent, unknown, deferred until a time, or refused."""
        found = await self._dispatches.read(order.dispatch)
        if isinstance(found, Settled):
            return found
        return await self._dispatches.stand(order.dispatch, await self._touches.send(found), now=self._clock.now())
