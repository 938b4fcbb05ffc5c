"""Safety cases as they are looked after: what is due for one, who was told, and what came of each attempt to hand it over.

It implements `orchestrator.safety.office.Book`.
"""

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.safety import SafetyPolicy, Step, remind_at, steps_between
from orchestrator.counts import Dropped, SafetyCount, count_in, count_safety
from orchestrator.safety.office import Attempt, Case, Looked
from orchestrator.store.desk.safety import acknowledged
from orchestrator.store.engine import transaction
from orchestrator.store.markets import policy_of
from orchestrator.store.roles import SAFETY
from orchestrator.store.safety import rules_of
from orchestrator.store.tables import SafetyCaseRow, SafetyLine, SafetyNotice, SafetySending, User

_TOLD = ("id", "kind", "product", "market", "person_id", "reporter", "aware_at", "received_at", "due_at")

log = structlog.get_logger()


class SafetyBook:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def look(self, case_id: str, *, at: datetime) -> Looked | None:
        """Tell colleagues what is due to be told, once, and say how the case stands; None where drug safety has it."""
        async with transaction(self._engine, role=SAFETY) as session:
            row = await session.get_one(SafetyCaseRow, case_id, with_for_update=True)
            if row.acknowledged_at is not None:
                return None
            policy = rules_of(await policy_of(session, row.market) if row.market is not None else None)
            steps = steps_between(policy, row.due_at, done=row.escalated_at, at=at)
            await _escalate(session, row, steps, at)
            row.escalated_at = max(at, row.escalated_at or at)
            session.add(row)
            words = await session.exec(
                select(SafetyLine.words).where(SafetyLine.case_id == case_id).order_by(col(SafetyLine.id) != case_id, col(SafetyLine.at), col(SafetyLine.id))
            )
            case = Case(**{name: getattr(row, name) for name in _TOLD}, words=tuple(words))
            return Looked(case=case, policy=policy, send=_is_due(row, policy, steps, at), sent_at=row.sent_at, failures=row.failures)

    async def note(self, case_id: str, attempts: Iterable[Attempt], *, at: datetime) -> tuple[datetime | None, int] | None:
        """Write down what came of attempts to hand it over. Returns when it was taken last and how often it was not since; None where drug safety has it."""
        tried = tuple(attempts)
        async with transaction(self._engine, role=SAFETY) as session:
            row = await session.get_one(SafetyCaseRow, case_id, with_for_update=True)
            for each in tried:
                session.add(SafetySending(case_id=case_id, way=each.way, result=each.result, trouble=each.trouble, at=at))
                if each.trouble is not None:
                    count_in(session, Dropped.SAFETY_SENDING, each.trouble)
            if any(each.trouble is None for each in tried):
                row.sent_at, row.failures = at, 0
                count_safety(session, SafetyCount.SENT)
            else:
                row.failures += 1
            session.add(row)
            if any(each.result == "acknowledged" for each in tried):
                row = await acknowledged(session, case_id, by="adapter", role="system", reference=None, now=at)
            return (row.sent_at, row.failures) if row.acknowledged_at is None else None

    async def rests_until(self, case_id: str, wall: datetime) -> None:
        """Note until when nobody looks at the case, on the clock on the wall: whoever watches over all can tell when somebody should have."""
        async with transaction(self._engine, role=SAFETY) as session:
            row = await session.get_one(SafetyCaseRow, case_id, with_for_update=True)
            row.look_at = wall
            session.add(row)


def _is_due(row: SafetyCaseRow, policy: SafetyPolicy, steps: tuple[Step, ...], at: datetime) -> bool:
    """Whether it is to be handed over now: for the first time, again after a failure, as a reminder, or because it was escalated."""
    reminder = remind_at(policy, row.sent_at)
    return reminder is None or row.failures > 0 or reminder <= at or bool(steps)


async def _escalate(session: AsyncSession, row: SafetyCaseRow, steps: tuple[Step, ...], at: datetime) -> None:
    """Put a line before everybody in the roles of the steps. Who is in the roles of several that are due at once is told the last."""
    step_of = {role: step.name for step in steps for role in step.to}
    if not step_of:
        return
    users = (await session.exec(select(User).where(col(User.role).in_(step_of), col(User.active)).order_by(User.id))).all()
    for user in users:
        name = step_of[user.role]  # type: ignore[index]  # the roles are those that were asked for
        session.add(SafetyNotice(id=f"{row.id}.{name}.{user.id}", case_id=row.id, user_id=user.id, step=name, at=at))
    if not users:
        count_in(session, Dropped.NOTICE, "nobody_to_tell")
    log.warning("safety_escalated", case=row.id, steps=[step.name for step in steps], told=len(users))
    count_safety(session, SafetyCount.ESCALATED)
