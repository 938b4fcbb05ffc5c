"""The words that people give as reasons: kept here alone, so that they can be erased."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from api.idempotency import Once
from api.who import Who
from orchestrator.store.desk.adding import added
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Remark


class StoredRemarks:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, who: Who, words: str, *, side: str, once: Once, now: datetime) -> str:
        remark_id = once.id("remark")
        async with transaction(self._engine) as session:
            await added(session, Remark(id=remark_id, by=who.id, side=side, words=words, at=now))
        return remark_id
