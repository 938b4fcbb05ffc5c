"""The words that people give as reasons, as the front desk keeps them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from api.idempotency import Once
from api.who import Who
from orchestrator.store import remarks
from orchestrator.store.engine import transaction


class StoredRemarks:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, who: Who, words: str, *, side: str, once: Once, now: datetime) -> str:
        remark_id = once.id("remark")
        async with transaction(self._engine) as session:
            return await remarks.keep(session, who, words, side=side, id=remark_id, now=now)
