"""Copies of what was sent, as compliance and medical read them: each reading and each hold is a line of the audit. That somebody read an answer of medical's
is a crossing of the wall, though its copy lies, sealed, beside all others."""

from datetime import datetime
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.ports.ledger import CopySealedError
from api.schemas.touches import CopyRead, HoldCopies
from api.who import Who
from journeys.definitions import Purpose
from orchestrator.sealing import SealedForGoodError, Sealing
from orchestrator.store import audit
from orchestrator.store.copies import copies_of
from orchestrator.store.tables import SentCopy, Touch
from orchestrator.store.wall import Crossing, why


async def read(session: AsyncSession, sealing: Sealing, touch: Touch, who: Who, *, now: datetime) -> tuple[CopyRead, ...]:
    """Open the copies of a touch. Raises CopySealedError; then nothing was read, and nothing is audited."""
    try:
        found = await copies_of(session, sealing, touch.key)
    except SealedForGoodError as error:
        raise CopySealedError(touch.key) from error
    told: dict[str, Any] = {"by": who.id, "role": who.role, "action": "copy.read", "subject": f"touch:{touch.key}"}
    if touch.purpose == Purpose.MEDICAL_RESPONSE:
        told |= {"action": Crossing.COPY_READ, "reason": why(who)}
    await audit.record(session, **told, details={"person": touch.person_id, "attempts": [row.attempt for row, _ in found]}, now=now)
    return tuple(
        CopyRead(
            touch=touch.key,
            digest_matches=message.digest == touch.digest if row.attempt == touch.attempt else None,
            **message.model_dump(include={"sender", "to", "subject", "text", "html", "headers", "language", "message_id"}),
            **row.model_dump(include={"attempt", "held", "at", "keep_until"}),
        )
        for row, message in found
    )


async def hold(session: AsyncSession, touch: Touch, who: Who, order: HoldCopies, *, remark: str, now: datetime) -> int:
    """Hold the copies of a touch, or let them go. Returns how many there are."""
    rows = list(await session.exec(select(SentCopy).where(SentCopy.touch_key == touch.key).with_for_update()))
    for row in rows:
        row.held = order.held
        session.add(row)
    told = {"by": who.id, "role": who.role, "action": "copy.held" if order.held else "copy.released", "subject": f"touch:{touch.key}"}
    await audit.record(session, **told, reason=order.reason, details={"copies": len(rows), "remark": remark}, now=now)
    return len(rows)
