"""Warnings of approvals that end: found by a daily look, put before marketing once for each threshold, with the journeys, steps and people they concern."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.who import Role
from journeys.content import ContentState, ContentVersion
from journeys.expiring import WARNINGS, warning_due
from journeys.facts import Wall
from orchestrator.store import tables
from orchestrator.store.contents import current
from orchestrator.store.desk.adding import added
from orchestrator.store.reach import reach
from orchestrator.store.tables import ContentWarning, Notification, User


async def ending_by(session: AsyncSession, until: datetime, *, now: datetime) -> list[ContentVersion]:
    """Approved content whose approval ends by then, the first first."""
    row = tables.ContentVersion
    wanted = select(row).where(row.state == ContentState.APPROVED, col(row.expires) > now, col(row.expires) <= until)
    found = [current(each) for each in await session.exec(wanted.order_by(col(row.expires)))]
    return sorted(found, key=lambda each: (each.approval.expires if each.approval is not None else until, str(each.ref)))


async def warn(session: AsyncSession, *, now: datetime) -> list[ContentWarning]:
    """Write down every warning that is due and new, and put it before everybody in marketing. What no journey names and nobody is in concerns nobody: it
    is listed, and not warned of until a journey names it."""
    told = []
    for content in await ending_by(session, now + timedelta(days=WARNINGS[0]), now=now):
        days = warning_due(content, now)
        if days is not None and content.approval is not None:
            warning = await _warned(session, content, content.approval.expires, days, now)
            if warning is not None:
                told.append(warning)
    return told


async def _warned(session: AsyncSession, content: ContentVersion, expires: datetime, days: int, now: datetime) -> ContentWarning | None:
    name = sha256(f"{content.ref} {expires.isoformat()} {days}".encode()).hexdigest()[:32]
    if await session.get(ContentWarning, name) is not None:
        return None
    reached = await reach(session, content.ref)
    if not reached.journeys:
        return None
    warning = ContentWarning(
        id=name, content_id=content.content, version=content.version, expires=expires, days=days, reach=reached.model_dump(mode="json"), at=now
    )
    if not await added(session, warning):
        return None  # another worker was first
    marketing = select(User.id).where(User.role == Role.MARKETING, col(User.active)).order_by(col(User.id))
    for user_id in await session.exec(marketing):
        session.add(Notification(id=f"{name}.{user_id}", key=name, user_id=user_id, warning_id=name, side=Wall.COMMERCIAL, at=now))
    await session.flush()
    return warning
