"""Whose a question is: the MSL who covers its therapeutic area in the HCP's territory, the least busy of those who are present. Whoever is out of office
is stood in for. Nobody is found: the question waits in the queue, where every MSL of the territory and the medical leads see it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.who import Role
from orchestrator.store.tables import Absence, Alignment, Coverage, Inquiry, Task, User

OPEN = ("received", "in_progress")
"""The states in which an inquiry is to be answered."""


async def route(session: AsyncSession, inquiry: Inquiry, *, now: datetime) -> str | None:
    """The user whose it should be. Where nobody covers its area, all MSLs of the territory are asked."""
    covering = select(Coverage.user_id).where(Coverage.therapeutic_area == inquiry.therapeutic_area, Coverage.territory_id == inquiry.territory_id)
    msls = await _in(session, inquiry.territory_id, col(User.role) == Role.MSL, col(User.id).in_(covering))
    msls = msls or await _in(session, inquiry.territory_id, col(User.role) == Role.MSL)
    away = await stand_ins(session, now=now)
    stood_in = {away[user] for user in msls if user in away} - {None, *away}
    colleagues = await _in(session, inquiry.territory_id, col(User.role).in_((Role.MSL, Role.MEDICAL)), col(User.id).in_(stood_in)) if stood_in else []
    there = sorted({*(user for user in msls if user not in away), *colleagues})
    load = await _load(session, there)
    return min(there, key=lambda user: (load.get(user, 0), user), default=None)


async def stand_ins(session: AsyncSession, *, now: datetime) -> dict[str, str | None]:
    """Who is out of office, each with who stands in."""
    rows = await session.exec(select(Absence.user_id, Absence.stand_in).where(is_now(now)).order_by(col(Absence.recorded_at)))
    return dict(rows.all())


def is_now(now: datetime) -> ColumnElement[bool]:
    """A condition on `absence`: it has begun and is not over."""
    return (col(Absence.since) <= now) & (col(Absence.until) > now)


async def give(session: AsyncSession, inquiry: Inquiry, to: str | None) -> None:
    """It is theirs from here on, and so is the task of a journey that waits for it: there is one queue."""
    inquiry.assignee = to
    session.add(inquiry)
    for task in await session.exec(select(Task).where(Task.inquiry_id == inquiry.id, Task.status == "open")):
        task.assignee = to
        session.add(task)


async def _in(session: AsyncSession, territory: str | None, *which: ColumnElement[bool]) -> list[str]:
    aligned = select(User.id).join(Alignment, col(Alignment.user_id) == col(User.id)).where(col(User.active), Alignment.territory_id == territory, *which)
    return list(await session.exec(aligned))


async def _load(session: AsyncSession, users: list[str]) -> dict[str, int]:
    wanted: Any = select(Inquiry.assignee, func.count()).where(col(Inquiry.assignee).in_(users), col(Inquiry.status).in_(OPEN)).group_by(col(Inquiry.assignee))
    return dict((await session.exec(wanted)).all())
