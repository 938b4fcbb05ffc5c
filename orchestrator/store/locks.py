"""The queues of the house: work that must happen one at a time across all processes takes its advisory lock, and gives it back with its transaction."""

from enum import IntEnum

from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession


class Queue(IntEnum):
    """The numbers are arbitrary and must stay: releases that overlap during a deployment share them."""

    MIGRATION = 0x44697201
    PUBLISHING = 0x44697202
    IMPORT = 0x44697203
    SAMPLE = 0x44697204
    HALTS = 0x44697205
    SEALING = 0x44697206


async def queue_at(session: AsyncSession, queue: Queue) -> None:
    """Wait until nobody else is at work there; the turn ends with the session's transaction."""
    await session.exec(select(func.pg_advisory_xact_lock(queue.value)))


async def share(session: AsyncSession, queue: Queue) -> None:
    """Wait until nobody is at work there, and keep them out until the transaction ends, side by side with others who share it."""
    await session.exec(select(func.pg_advisory_xact_lock_shared(queue.value)))
