"""The daily look at approvals that end. Every worker looks; of each threshold one of them warns."""

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from orchestrator.clock import JourneyClock
from orchestrator.store.engine import transaction
from orchestrator.store.expiring import warn

LOOKS_A_DAY = 24
"""How often a journey's day is looked at: a worker that was down at one hour looks at the next."""

LEAST = 60.0
"""Seconds between two looks at the least, however fast journeys are played."""

log = structlog.get_logger()


class ExpiryLook:
    def __init__(self, engine: AsyncEngine, clock: JourneyClock) -> None:
        self._engine, self._clock = engine, clock

    @property
    def rest(self) -> float:
        """Seconds on the wall until the next look."""
        return max(LEAST, 86_400 / LOOKS_A_DAY / self._clock.pace.speed)

    async def look(self) -> int:
        """Warn of what is due and new; each warning is a line of the log too. Returns how many there were."""
        async with transaction(self._engine) as session:
            warnings = await warn(session, now=self._clock.now())
        for each in warnings:
            log.warning("content_expires", content=f"{each.content_id}@{each.version}", days=each.days, expires=each.expires.isoformat())
        return len(warnings)
