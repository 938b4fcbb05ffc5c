"""How often a source told again what it had told: the one thing that a replay changes, so that a noisy source is seen."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator.store.tables import Repeat


async def repeated(session: AsyncSession, what: str, source: str, source_id: str, *, now: datetime) -> None:
    """Note that a source told something again."""
    again = insert(Repeat).values(source=source, source_id=source_id, what=what, times=1, last_at=now)
    once_more = again.on_conflict_do_update(index_elements=["source", "source_id", "what"], set_={"times": Repeat.times + 1, "last_at": now})
    await session.exec(once_more)
