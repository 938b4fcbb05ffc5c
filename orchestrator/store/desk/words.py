"""Restricted words as the markets' policies list them, and the notes of those that were let through."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.who import Who
from journeys.markets import MarketPolicy
from journeys.restricted import Hit, RestrictedWord, hits
from journeys.shapes import read_back
from orchestrator.store import audit
from orchestrator.store.engine import transaction
from orchestrator.store.errors import RestrictedWordError
from orchestrator.store.tables import Alignment, Market, Territory


async def allow(engine: AsyncEngine, who: Who, words: str) -> None:
    """The same check for words that are typed as a command. Raises RestrictedWordError."""
    refused = [hit.word for hit in hits(words, await StoredWords(engine).listed(who)) if hit.act == "refuse"]
    if refused:
        raise RestrictedWordError(refused)


class StoredWords:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def listed(self, who: Who) -> tuple[RestrictedWord, ...]:
        wanted = select(Market).order_by(col(Market.id))
        if who.in_the_field:
            own = select(Territory.market).join(Alignment, col(Alignment.territory_id) == col(Territory.id)).where(Alignment.user_id == who.id)
            wanted = wanted.where(col(Market.id).in_(own))
        async with transaction(self._engine) as session:
            policies = [read_back(MarketPolicy, row.body) for row in await session.exec(wanted)]
        words = (word for policy in policies for of_language in policy.restricted_words.values() for word in of_language)
        strictest = sorted(words, key=lambda word: word.act)  # "refuse" comes before "warn": of two markets' words for it the stricter counts
        return tuple({word.word.casefold(): word for word in reversed(strictest)}.values())

    async def note(self, who: Who, path: str, found: Sequence[tuple[str, Hit]], *, now: datetime) -> None:
        details = {"words": [{"at": pointer, "word": hit.word, "because": hit.because} for pointer, hit in found]}
        async with transaction(self._engine) as session:
            await audit.record(session, by=who.id, role=who.role, action="words.noted", subject=f"request:{path}", details=details, now=now)
