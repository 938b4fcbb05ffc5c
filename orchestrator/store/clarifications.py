"""What medical asked reps about inquiries: which of the fixed questions, and when. What was said is in the schema `medical`."""

from collections.abc import Collection

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.rows import ClarificationRow
from orchestrator.store.tables import Clarification


async def clarifications_of(session: AsyncSession, inquiries: Collection[str]) -> dict[str, tuple[ClarificationRow, ...]]:
    """The clarifications of each of these inquiries, the first one first."""
    if not inquiries:
        return {}
    wanted = select(Clarification).where(col(Clarification.inquiry_id).in_(inquiries)).order_by(col(Clarification.asked_at), col(Clarification.id))
    found: dict[str, tuple[ClarificationRow, ...]] = {}
    for asked in await session.exec(wanted):
        found[asked.inquiry_id] = (*found.get(asked.inquiry_id, ()), clarification_row(asked))
    return found


def clarification_row(asked: Clarification) -> ClarificationRow:
    """One of them, without words."""
    return ClarificationRow(asked.id, asked.question, asked.asked_at, asked.answered_at)
