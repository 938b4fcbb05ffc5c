"""Idempotency keys: what was asked under each, and what was answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from api.idempotency import Claim, Once
from orchestrator.counts import REPEATED, Dropped, count
from orchestrator.store.desk.adding import added
from orchestrator.store.engine import transaction
from orchestrator.store.tables import IdempotencyKey


class StoredIdempotency:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, once: Once, *, now: datetime) -> Claim:
        async with transaction(self._engine) as session:
            await added(session, IdempotencyKey(key=once.key, user_id=once.user_id, request_digest=once.digest, created_at=now))
            row = await session.get(IdempotencyKey, (once.key, once.user_id))
        if row is None:  # released by a refused twin between the two statements: then nothing stands under the key
            return Claim("new")
        if row.request_digest != once.digest:
            return Claim("reused")
        if row.response is None:
            return Claim("new")
        count(Dropped.REQUEST, REPEATED)
        return Claim("answered", row.response)

    async def settle(self, once: Once, *, status: int, response: dict[str, Any]) -> None:
        async with transaction(self._engine) as session:
            row = await session.get(IdempotencyKey, (once.key, once.user_id), with_for_update=True)
            if row is not None and row.response is None:
                row.status_code, row.response = status, response
                session.add(row)

    async def release(self, once: Once) -> None:
        unanswered = delete(IdempotencyKey).where(
            col(IdempotencyKey.key) == once.key, col(IdempotencyKey.user_id) == once.user_id, col(IdempotencyKey.status_code).is_(None)
        )
        async with transaction(self._engine) as session:
            await session.exec(unanswered)
