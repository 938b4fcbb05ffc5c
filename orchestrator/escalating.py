"""Looks for questions that medical has not answered in time, and puts each before a lead. A deadline is a matter of days; it is one of the worker's looks."""

import structlog

from orchestrator.clock import JourneyClock
from orchestrator.store.overdue import StoredOverdue

log = structlog.get_logger()


class Escalation:
    def __init__(self, overdue: StoredOverdue, clock: JourneyClock) -> None:
        self._overdue = overdue
        self._clock = clock

    async def look(self) -> int:
        """Escalate all that is overdue by now; each is a line of the log. Returns how many."""
        count = 0
        while late := await self._overdue.escalate(now=self._clock.now()):
            count += len(late)
            for inquiry in late:
                log.warning("overdue", inquiry=inquiry)
        return count
