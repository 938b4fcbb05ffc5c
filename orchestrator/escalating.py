"""Looks for questions that medical has not answered in time, and puts each before a lead."""

import asyncio
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.clock import JourneyClock
from orchestrator.counts import Dropped, count
from orchestrator.store.overdue import StoredOverdue

PAUSE = 60.0
"""Seconds between two looks: a deadline is a matter of days."""

log = structlog.get_logger()


async def escalate_overdue(overdue: StoredOverdue, clock: JourneyClock) -> tuple[str, ...]:
    """Look once, until nothing is left; each is a line of the log."""
    every: tuple[str, ...] = ()
    while late := await overdue.escalate(now=clock.now()):
        every += late
        for inquiry in late:
            log.warning("overdue", inquiry=inquiry)
    return every


async def keep_escalating(overdue: StoredOverdue, clock: JourneyClock, stop: asyncio.Event) -> None:
    """Look again and again until told to stop. What keeps it from looking is a line of the log; the next look tries again."""
    while not stop.is_set():
        try:
            await escalate_overdue(overdue, clock)
        except (SQLAlchemyError, OSError) as error:
            log.warning("escalating", trouble=type(error).__name__)
            count(Dropped.LOOK, type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE)
