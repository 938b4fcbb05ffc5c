"""Loops of a worker that do something again and again, and go on whatever stands in the way of one turn."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.counts import Dropped, count

AWAY = (SQLAlchemyError, OSError)
"""The database, or the network, is away: the next look tries again."""

log = structlog.get_logger()


async def keep(
    look: Callable[[], Awaitable[object]],
    stop: asyncio.Event,
    *,
    rest: float,
    name: str,
    trouble: tuple[type[Exception], ...] = AWAY,
    dropped: Dropped = Dropped.LOOK,
) -> None:
    """Look, rest that many seconds, and look again, until told to stop. A trouble of these kinds is counted and a line of the log; any other is a
    mistake of ours, and ends the worker."""
    while not stop.is_set():
        try:
            await look()
        except trouble as error:
            log.warning(name, trouble=type(error).__name__)
            count(dropped, type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rest)
