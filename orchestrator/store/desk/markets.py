"""The rules of markets: read, and set with an audit of what was before and what is now."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.schemas.markets import MarketRead, MarketSet
from api.who import Who
from journeys.markets import MarketPolicy
from journeys.shapes import read_back
from orchestrator.store import audit
from orchestrator.store.engine import transaction
from orchestrator.store.locks import Queue, queue_at
from orchestrator.store.policies import RULES_CHANGED, set_policy
from orchestrator.store.tables import Market


class StoredMarkets:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def all(self) -> Sequence[MarketRead]:
        async with transaction(self._engine) as session:
            return [_told(row) for row in await session.exec(select(Market).order_by(col(Market.id)))]

    async def find(self, market: str) -> MarketRead | None:
        async with transaction(self._engine) as session:
            row = await session.get(Market, market)
            return _told(row) if row is not None else None

    async def set(self, who: Who, policy: MarketPolicy, *, replaces: str | None, remark: str, now: datetime) -> MarketSet | None:
        async with transaction(self._engine) as session:
            await queue_at(session, Queue.PUBLISHING)  # an import writes the rules too, and a market that is new has no row to lock
            row = await session.get(Market, policy.market, with_for_update=True)
            if (row.digest if row is not None else None) != replaces:
                return None
            before = row.body if row is not None else None
            operation = await set_policy(session, policy, by=who.id, remark=remark, now=now)
            found = await session.get_one(Market, policy.market)
            details = {"before": before, "after": found.body, "remark": remark, "operation": operation}
            subject = f"market:{policy.market}"
            await audit.record(session, by=who.id, role=who.role, action="market.set", subject=subject, reason=RULES_CHANGED, details=details, now=now)
            return MarketSet(**_told(found).model_dump(exclude={"policy"}), policy=policy, operation=operation)


def _told(row: Market) -> MarketRead:
    return MarketRead(policy=read_back(MarketPolicy, row.body), digest=row.digest, updated_at=row.updated_at, imported=row.digest == row.imported)
