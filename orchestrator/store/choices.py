"""What a rep chose for a letter, kept under the key of its passage: the run's history stays free of it, and the ledger reads it as it composes."""

from datetime import datetime
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.choosing import NOTHING, Chosen
from journeys.commands import Deliver
from journeys.definitions import ContentRef
from orchestrator.store import audit, tables


async def keep(session: AsyncSession, key: str, letter: ContentRef, chosen: Chosen, *, by: str, role: str, now: datetime) -> None:
    """Write down what was chosen, audited by ids. The latest choice counts, until a touch is reserved with one."""
    if (await session.exec(select(tables.Touch.key).where(tables.Touch.key == key))).first() is not None:
        return
    told: dict[str, Any] = {"letter": str(letter), "fragments": [str(ref) for ref in chosen.fragments], "fill": dict(chosen.fill)}
    await session.merge(tables.Choice(key=key, by=by, at=now, **told))
    await audit.record(session, by=by, role=role, action="letter.chosen", subject=f"task:{key}", details=told, now=now)


async def choice_for(session: AsyncSession, touch: Deliver) -> Chosen:
    """What was chosen for this touch with this content; nothing, where nobody did."""
    row = await session.get(tables.Choice, touch.key) if touch.by is not None else None
    if row is None or row.letter != str(touch.content):
        return NOTHING
    return Chosen.model_validate({"fragments": row.fragments, "fill": row.fill})
