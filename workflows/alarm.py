"""An alarm clock for a workflow that can be set anew: a timer in the history only when the time really changes."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

_A_TICK = timedelta(milliseconds=1)
"""Added to every timer, so that rounding never wakes a run before its time."""


class Alarm:
    def __init__(self) -> None:
        self._set_to: datetime | None = None
        self._timer: asyncio.Task[None] | None = None
        self.rang = False

    def set(self, wall: datetime | None) -> None:
        """Ring at that wall-clock time instead of any other; never, when it is None."""
        if wall == self._set_to and not self.rang:
            return
        self.cancel()
        self._set_to = wall
        if wall is not None:
            self._timer = asyncio.create_task(self._ring(max(wall - workflow.now(), timedelta()) + _A_TICK))

    def cancel(self) -> None:
        if self._timer is not None and not self._timer.done():
            self._timer.cancel()
        self._timer, self._set_to, self.rang = None, None, False

    async def _ring(self, after: timedelta) -> None:
        await workflow.sleep(after)
        self.rang = True
