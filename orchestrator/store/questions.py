"""Which question a touch of medical's answers, as the gate is told: the one that the letter names, or the one on which the run's latest hand-off stands."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.policy.asking import Inquired
from orchestrator.store.routing import OPEN
from orchestrator.store.tables import Dispatch, Inquiry, Task


async def question_of(session: AsyncSession, recipient: str, *, inquiry_id: str | None, dispatch_id: str | None, enrolment_id: str | None) -> Inquired | None:
    """None where there is none. A letter that was on its way when its question was closed as answered still answers it; a withdrawn question is answered
    by nothing."""
    asked_before: datetime | None = None
    if dispatch_id is not None:
        asked_before = (await session.get_one(Dispatch, dispatch_id)).created_at
    elif enrolment_id is not None:
        named = select(Task.inquiry_id, Task.opened_at).where(Task.enrolment_id == enrolment_id, col(Task.inquiry_id).is_not(None))
        latest = (await session.exec(named.order_by(col(Task.opened_at).desc()))).first()
        inquiry_id, asked_before = latest if latest is not None else (None, None)
    inquiry = await session.get(Inquiry, inquiry_id) if inquiry_id is not None else None
    if inquiry is None:
        return None
    answered_since = inquiry.status == "answered" and asked_before is not None and inquiry.closed_at is not None and inquiry.closed_at >= asked_before
    return Inquired(by_recipient=inquiry.person_id == recipient, product=inquiry.product, stands=inquiry.status in OPEN or answered_since)
