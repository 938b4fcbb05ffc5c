"""What the worker does beside playing journeys, for the ledger's sake: it asks providers about messages whose fate nobody knows, and lets copies go whose
time is over. Paced, a few at a time, so that it stands in nobody's way."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog

from activities.ports import Channel, Clock
from orchestrator.store.unknowns import StoredUnknowns

PAUSE = 30.0
"""Seconds between two looks."""

AT_ONCE = 20
"""Questions in one look."""

ANSWER = timedelta(seconds=10)
"""How long a provider may think about one."""

log = structlog.get_logger()


class Reconciler:
    def __init__(self, unknowns: StoredUnknowns, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._unknowns, self._channels, self._clock = unknowns, channels, clock

    async def look(self) -> int:
        """Ask about each message that is due, once."""
        due = await self._unknowns.due(now=self._clock.now(), limit=AT_ONCE)
        for question in due:
            arrived = await self._ask(self._channels.get(question.channel), question.message_id)
            await self._unknowns.learnt(question.key, arrived=arrived, now=self._clock.now())
        return len(due)

    async def _ask(self, channel: Channel | None, message_id: str) -> bool | None:
        """None too where the channel is gone, is slow or breaks: it is asked again."""
        if channel is None:
            return None
        try:
            async with asyncio.timeout(ANSWER.total_seconds()):
                return await channel.arrived(message_id)
        except Exception as error:  # noqa: BLE001 - one provider's trouble must not keep the others from being asked
            log.warning("reconcile", trouble=type(error).__name__)
            return None
