"""Invitations as the front desk changes them: within the user's territory and side of the firewall, once under the request's key."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.idempotency import Once
from api.rows import Rescheduled, Unchangeable
from api.who import Who
from journeys.definitions import Purpose
from journeys.facts import Wall
from orchestrator.store import invitations
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Person, Touch


class StoredOccasions:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def change(self, who: Who, touch: str, *, starts: datetime | None, reason: str, once: Once, now: datetime) -> Rescheduled | Unchangeable:
        seen = select(Touch.purpose).join(Person, col(Person.id) == col(Touch.person_id)).where(Touch.key == touch, in_scope(who))
        async with transaction(self._engine) as session:
            purpose = (await session.exec(seen)).first()
            if purpose is None or not who.sees(Wall.MEDICAL if purpose == Purpose.MEDICAL_RESPONSE else Wall.COMMERCIAL):
                return Unchangeable.NO_INVITATION
            changed = await invitations.change(
                session, touch, starts=starts, by=who.id, role=who.role, reason=reason, now=now, notice_id=once.id("invitation notice")
            )
            return changed if isinstance(changed, Unchangeable) else _row(changed)


def _row(touch: Touch) -> Rescheduled:
    if touch.starts is None or touch.ends is None:
        raise ValueError("an invitation begins and ends")
    return Rescheduled(touch=touch.key, sequence=touch.sequence, starts=touch.starts, ends=touch.ends, called_off=touch.called_off_at is not None)
