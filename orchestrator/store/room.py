"""Room for journeys that wait for their turn with an HCP. A turn is settled when somebody enters or ends; where a market comes to allow more at once nobody
does either, so the workers look for those who wait though there is room, and give them their turn."""

from datetime import datetime

from sqlalchemy import distinct, func
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from activities.ports import Clock
from journeys.markets import MarketPolicy
from orchestrator.store import turns
from orchestrator.store.engine import transaction
from orchestrator.store.entering import locked
from orchestrator.store.tables import Enrolment, Market, Turn

PAGE = 200
"""People in one look; the next look takes the next ones."""

_AT_ONCE = int(MarketPolicy.model_fields["journeys_at_once"].default)


class RoomLook:
    """Several workers may look at once: what one has settled, the other finds settled behind the person's lock."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def look(self) -> int:
        """Settle the turns of the next people with whom somebody waits in vain, each in a transaction of its own. Returns how many."""
        found = await self._waiting()
        for person, market in found:
            await self._settle(person, market, self._clock.now())
        return len(found)

    async def _waiting(self) -> list[tuple[str, str]]:
        """Those with fewer journeys that have them than their market allows. Journeys that share a turn count as several here: that only waits longer."""
        waiting = select(Turn.person_id).where(~col(Turn.active))
        having = func.count(distinct(col(Turn.journey))).filter(col(Turn.active))
        allowed = func.coalesce(func.max(col(Market.body)["journeys_at_once"].as_integer()), _AT_ONCE)
        room = (
            select(Turn.person_id, func.min(Enrolment.market))
            .join(Enrolment, col(Enrolment.id) == col(Turn.enrolment_id))
            .join(Market, col(Market.id) == col(Enrolment.market), isouter=True)
            .where(col(Turn.person_id).in_(waiting))
            .group_by(col(Turn.person_id))
            .having(having < allowed)
            .order_by(col(Turn.person_id))
            .limit(PAGE)
        )
        async with transaction(self._engine) as session:
            return [(person, market) for person, market in (await session.exec(room)).all()]

    async def _settle(self, person: str, market: str, now: datetime) -> None:
        async with transaction(self._engine) as session:
            await locked(session, person)
            await turns.settle(session, person, market=market, now=now)
