"""What the API stands on, asked for a sign of life each time somebody wants to know."""

import asyncio
from collections.abc import Awaitable, Mapping

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from orchestrator.store.engine import reach

PATIENCE = 2.0
"""Seconds after which a part counts as out of reach."""


class HouseHealth:
    def __init__(self, engine: AsyncEngine, client: Client) -> None:
        self._engine = engine
        self._client = client

    async def troubles(self) -> Mapping[str, str]:
        """The parts that do not answer, each with what to look at."""
        asked = {
            "database": (reach(self._engine), "PostgreSQL does not answer: is it running, and is DIRIGENT_DATABASE_URL right?"),
            "temporal": (self._client.service_client.check_health(), "Temporal does not answer: is it running, and is DIRIGENT_TEMPORAL_ADDRESS right?"),
        }
        alive = await asyncio.gather(*(_answers(question) for question, _ in asked.values()))
        return {part: advice for (part, (_, advice)), well in zip(asked.items(), alive, strict=True) if not well}


async def _answers(question: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await question
    except Exception:  # noqa: BLE001 - whatever keeps it from answering, it does not answer
        return False
    return True
