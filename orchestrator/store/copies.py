"""The exact copy of what was sent: sealed and written in the transaction that reserves the touch, so that nothing goes out without one; read by few, each
time on record; and gone when its market's time is over, unless it is held back by law."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.ports import Clock, Message
from journeys.markets import Copies
from orchestrator.sealing import Sealing
from orchestrator.store import audit
from orchestrator.store.engine import transaction
from orchestrator.store.tables import SentCopy, Touch

PAGE = 200


async def keep(session: AsyncSession, sealing: Sealing, touch: Touch, message: Message, *, policy: Copies, now: datetime) -> None:
    """Seal the message of this attempt and write it down. Does nothing where the house keeps no copies."""
    if not sealing.seals:
        return
    key, sealed = sealing.seal(message.model_dump_json().encode(), of=_named(touch.key, touch.attempt))
    copy = SentCopy(touch_key=touch.key, attempt=touch.attempt, key_id=key, sealed=sealed, at=now, keep_until=now + policy.days)
    session.add(copy)


async def copies_of(session: AsyncSession, sealing: Sealing, touch: str) -> list[tuple[SentCopy, Message]]:
    """The copies of a touch, one for each attempt. Raises SealedForGoodError."""
    rows = await session.exec(select(SentCopy).where(SentCopy.touch_key == touch).order_by(col(SentCopy.attempt)))
    return [(row, Message.model_validate_json(sealing.open(row.key_id, row.sealed, of=_named(row.touch_key, row.attempt)))) for row in rows]


class Purge:
    """Lets copies go whose time is over."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def look(self) -> int:
        """Remove the next of them, with a line of the audit that names each. Returns how many."""
        now = self._clock.now()
        over = select(SentCopy).where(col(SentCopy.keep_until) <= now, ~col(SentCopy.held)).order_by(col(SentCopy.keep_until)).limit(PAGE)
        async with transaction(self._engine) as session:
            gone = list(await session.exec(over.with_for_update(skip_locked=True)))
            for row in gone:
                await session.delete(row)
            if gone:
                details = {"touches": [_named(row.touch_key, row.attempt) for row in gone]}
                told = {"by": audit.HOUSE, "role": audit.SYSTEM, "action": "copy.purged", "reason": "retention_over"}
                await audit.record(session, **told, subject="copies", details=details, now=now)
        return len(gone)


def _named(touch: str, attempt: int) -> str:
    return f"{touch}#{attempt}"
