"""Who is told, and who is given what only a lead does: the run's rep, or the colleagues of a role who are aligned with the HCP's territory."""

from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator.store.tables import Alignment, Enrolment, Task, User

_EVERYWHERE = frozenset({"marketing"})
"""Roles that work for all territories."""


async def recipients(session: AsyncSession, enrolment: Enrolment, whom: str) -> tuple[str, ...]:
    """The active users who are told: the conductor, or all of a role who are aligned with the run's territory. Where nobody of the role is
    aligned there, all of the role are: a line that nobody reads would tell nothing."""
    if whom == "conductor":
        return tuple(await session.exec(select(User.id).where(User.id == enrolment.conductor, User.active)))
    of_role = select(User.id).where(User.role == whom, col(User.active)).order_by(col(User.id))
    aligned: tuple[str, ...] = ()
    if whom not in _EVERYWHERE:
        here = select(Alignment.user_id).where(Alignment.territory_id == enrolment.territory_id)
        aligned = tuple(await session.exec(of_role.where(col(User.id).in_(here))))
    return aligned or tuple(await session.exec(of_role))


async def least_busy(session: AsyncSession, role: str, *, territory: str | None) -> str | None:
    """The user of the role and the territory with the fewest open tasks, then the first by id; None leaves a task in the queue for any of them."""
    open_tasks: Any = select(func.count()).where(Task.assignee == User.id, Task.status == "open").scalar_subquery()
    aligned = (
        select(User.id)
        .join(Alignment, col(Alignment.user_id) == col(User.id))
        .where(User.role == role, col(User.active), Alignment.territory_id == territory)
        .order_by(open_tasks, col(User.id))
    )
    return (await session.exec(aligned)).first()
