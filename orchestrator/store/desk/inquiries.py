"""Inquiries: the open part for everybody, the words in a schema of their own for medical; whoever reads the words is noted in the audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.paging import Batch, Slice
from api.rows import InquiryRow, InquiryText, PersonRow
from api.who import Who
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit
from orchestrator.store.desk.adding import added
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.tables import Inquiry, InquiryWords, Person

_COPIED = tuple(InquiryRow.__dataclass_fields__)


class StoredInquiries:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def record(self, who: Who, person: PersonRow, *, product: str, question: str, once: Once, now: datetime) -> InquiryRow:
        inquiry = Inquiry(
            id=once.id("inquiry"),
            person_id=person.id,
            territory_id=person.territory_id,
            product=product,
            unsolicited=True,
            recorded_by=who.id,
            recorded_at=now,
        )
        async with transaction(self._engine) as session:
            if not await added(session, inquiry):  # the same request, cut short before it was answered
                count_in(session, Dropped.REQUEST, REPEATED)
                return _row(await session.get_one(Inquiry, inquiry.id))
            session.add(InquiryWords(inquiry_id=inquiry.id, question=question))
            await _note(session, who, "inquiry.recorded", inquiry.id, now)
        return _row(inquiry)

    async def page(self, who: Who, *, status: str | None, person_id: str | None, cut: Slice) -> Batch[InquiryRow]:
        order = (col(Inquiry.recorded_at), col(Inquiry.id))
        wanted = _seen_by(who).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        if status is not None:
            wanted = wanted.where(Inquiry.status == status)
        if person_id is not None:
            wanted = wanted.where(Inquiry.person_id == person_id)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = [_row(inquiry) for inquiry in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.recorded_at, row.id))

    async def find(self, who: Who, inquiry_id: str) -> InquiryRow | None:
        async with transaction(self._engine) as session:
            inquiry = (await session.exec(_seen_by(who).where(Inquiry.id == inquiry_id))).first()
        return _row(inquiry) if inquiry is not None else None

    async def words(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryText:
        async with transaction(self._engine) as session:
            words = await session.get_one(InquiryWords, inquiry_id)
            await _note(session, who, "inquiry.read", inquiry_id, now)
        return InquiryText(words.question, words.answer, words.answered_by)

    async def take(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow:
        async with transaction(self._engine) as session:
            inquiry = await session.get_one(Inquiry, inquiry_id, with_for_update=True)
            if inquiry.status == "received":
                inquiry.status, inquiry.taken_at = "in_progress", now
                await _note(session, who, "inquiry.taken", inquiry_id, now)
        return _row(inquiry)

    async def answer(self, who: Who, inquiry_id: str, *, answer: str, now: datetime) -> InquiryRow | None:
        async with transaction(self._engine) as session:
            inquiry = await session.get_one(Inquiry, inquiry_id, with_for_update=True)
            words = await session.get_one(InquiryWords, inquiry_id)
            if words.answer is not None:
                return _row(inquiry) if words.answer == answer else None
            words.answer, words.answered_by = answer, who.id
            if inquiry.status == "received":
                inquiry.status, inquiry.taken_at = "in_progress", now
            await _note(session, who, "inquiry.answered", inquiry_id, now)
        return _row(inquiry)


async def _note(session: AsyncSession, who: Who, action: str, inquiry_id: str, now: datetime) -> None:
    await audit.record(session, by=who.id, role=who.role, action=action, subject=f"inquiry:{inquiry_id}", now=now)


def _seen_by(who: Who) -> Any:
    return select(Inquiry).join(Person, col(Person.id) == col(Inquiry.person_id)).where(in_scope(who))


def _row(inquiry: Inquiry) -> InquiryRow:
    return InquiryRow(**{name: getattr(inquiry, name) for name in _COPIED})
