"""The monitor of safety cases: it says again and again which are overdue and which the safety inbox has not taken, counts them, and wakes those that nobody
looks after, such as after Temporal has lost its database."""

from datetime import timedelta

import structlog

from orchestrator.clock import JourneyClock
from orchestrator.counts import STANDING
from orchestrator.store.safety_watch import SafetyWatch, Waiting

GRACE = timedelta(minutes=2)
"""How long, on the clock on the wall, a case may be on its way before it counts as unsent, or a look at it as missed."""

log = structlog.get_logger()


class SafetyMonitor:
    def __init__(self, watch: SafetyWatch, clock: JourneyClock, *, grace: timedelta = GRACE) -> None:
        self._watch, self._clock, self._grace = watch, clock, grace

    async def look(self) -> Waiting:
        """Look once at all that are not acknowledged."""
        now = self._clock.now()
        before = self._clock.pace.wall(now) - self._grace
        found = await self._watch.look(now=now, told_before=self._clock.pace.journey(before), due_before=before)
        for standing in ("overdue", "unsent", "asleep"):
            for case in getattr(found, standing):
                log.error("safety_case", case=case, alarm=standing)
            STANDING.labels(standing).set(len(getattr(found, standing)))
        STANDING.labels("open").set(found.open)
        STANDING.labels("flagged").set(found.flagged)
        await self._watch.wake(found.asleep)
        return found
