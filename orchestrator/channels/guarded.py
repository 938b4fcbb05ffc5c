"""A channel with bounds: one that hangs, is slow or is throttled costs its own messages time, and no others. What it does not take at once is held by
its run and offered again later; nothing waits inside an activity for longer than a moment."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from activities.ports import CHANNEL_SLOW, TAKEN_BACK, Channel, Handed, Handover, LastLook, Message
from orchestrator.channels.breaker import Breaker
from orchestrator.channels.pace import Pace

RESTING = "channel_resting"
"""The breaker is open, or the provider asked to be left alone."""

MOMENT = 2.0
"""Seconds that a message waits for a place or for its turn."""

log = structlog.get_logger()


class GuardedChannel:
    """`at_once` conversations at most, each of `longest` seconds at most, so that a provider that hangs leaves the worker's other places to other
    channels. A place is waited for, but not while no conversation comes to an end."""

    def __init__(
        self,
        name: str,
        channel: Channel,
        *,
        breaker: Breaker,
        pace: Pace,
        at_once: int,
        longest: float,
        last_look: LastLook | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._channel = name, channel
        self._breaker, self._pace, self._now = breaker, pace, now
        self._places = asyncio.Semaphore(at_once)
        self._longest = longest
        self._last_look = last_look
        self._moved = now()

    async def send(self, message: Message) -> Handed:
        if (rests := self._breaker.rests()) is not None:
            return _later(RESTING, rests)
        if not await self._has_a_place():
            return _later(CHANNEL_SLOW, self._longest)
        try:
            return await self._in_turn(message)
        finally:
            self._places.release()
            self._moved = self._now()

    async def arrived(self, message_id: str) -> bool | None:
        return await self._channel.arrived(message_id)

    async def _has_a_place(self) -> bool:
        if self._places.locked() and self._now() - self._moved > MOMENT:
            return False
        try:
            async with asyncio.timeout(MOMENT):
                await self._places.acquire()
        except TimeoutError:
            return False
        self._moved = self._now()
        return True

    async def _in_turn(self, message: Message) -> Handed:
        turn = self._pace.turn()
        if not turn.mine:
            return _later(CHANNEL_SLOW, turn.wait)
        if turn.wait > 0:
            await asyncio.sleep(turn.wait)
        if (rests := self._breaker.admit()) is not None:
            return _later(RESTING, rests)
        try:
            handed = await self._offer(message)
        except BaseException:  # cut short: the next one tries
            self._breaker.in_trouble()
            raise
        self._hear(handed)
        return handed

    async def _offer(self, message: Message) -> Handed:
        """What was taken back while the message waited for its turn is not offered."""
        if self._last_look is not None and not await self._last_look.may_go(message):
            return Handed(result=Handover.DOWN, trouble=TAKEN_BACK)
        return await self._channel.send(message)

    def _hear(self, handed: Handed) -> None:
        if handed.trouble == TAKEN_BACK:
            self._breaker.not_tried()
            return
        if handed.result in (Handover.ACCEPTED, Handover.REFUSED):
            self._breaker.went_well()
            return
        was_open = self._breaker.open
        self._breaker.in_trouble(asked=handed.retry_after.total_seconds() if handed.retry_after is not None else None)
        if self._breaker.open and not was_open:
            log.error("channel", channel=self._name, doing="resting", trouble=handed.trouble)


def _later(trouble: str, seconds: float) -> Handed:
    return Handed(result=Handover.DOWN, retry_after=timedelta(seconds=seconds), trouble=trouble)
