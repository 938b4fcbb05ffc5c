"""Questions that are not answered in time: each is put before a medical lead, once."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.who import Role
from orchestrator.store import audit
from orchestrator.store.engine import transaction
from orchestrator.store.recipients import least_busy
from orchestrator.store.routing import OPEN
from orchestrator.store.tables import Inquiry, User

AT_ONCE = 100
"""How many are escalated in one transaction; the next look takes the next ones."""


class StoredOverdue:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def escalate(self, *, now: datetime) -> tuple[str, ...]:
        """Put what is overdue before a lead of the territory, or any where there is none, and return its ids. Several workers may look at once."""
        waiting = (
            select(Inquiry)
            .where(col(Inquiry.status).in_(OPEN), col(Inquiry.due) <= now, col(Inquiry.escalated_at).is_(None))
            .order_by(col(Inquiry.due), col(Inquiry.id))
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        async with transaction(self._engine) as session:
            late = (await session.exec(waiting)).all()
            for inquiry in late:
                inquiry.escalated_at, inquiry.escalated_to = now, await _lead(session, inquiry.territory_id)
                session.add(inquiry)
                details = {"to": inquiry.escalated_to, "assignee": inquiry.assignee}
                subject = f"inquiry:{inquiry.id}"
                await audit.record(
                    session, by=audit.HOUSE, role=audit.SYSTEM, action="inquiry.escalated", subject=subject, reason="overdue", details=details, now=now
                )
            return tuple(inquiry.id for inquiry in late)


async def _lead(session: AsyncSession, territory: str | None) -> str | None:
    lead = await least_busy(session, Role.MEDICAL, territory=territory)
    if lead is not None:
        return lead
    return (await session.exec(select(User.id).where(User.role == Role.MEDICAL, col(User.active)).order_by(User.id))).first()
