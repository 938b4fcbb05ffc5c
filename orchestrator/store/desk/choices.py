"""What reps choose for their letters."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from api.who import Who
from journeys.choosing import Chosen
from journeys.definitions import ContentRef
from orchestrator.store import choices
from orchestrator.store.engine import transaction


class StoredChoices:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, who: Who, key: str, letter: ContentRef, chosen: Chosen, *, now: datetime) -> None:
        async with transaction(self._engine) as session:
            await choices.keep(session, key, letter, chosen, by=who.id, role=who.role, now=now)
