"""Inquiries on medical's side: claimed, handed on, clarified, answered and closed. The inquiry is the work item; the task of a journey that waits for it
goes where it goes."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.codes import Code
from api.idempotency import Once
from api.ports.inquiries import NotDone
from api.rows import ClarificationRow, InquiryRow, InquiryText, SignatureRow, TaskRow
from api.who import Role, Who
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit
from orchestrator.store.clarifications import clarification_row
from orchestrator.store.desk.adding import added
from orchestrator.store.desk.inquiries import told
from orchestrator.store.desk.tasks import task_rows
from orchestrator.store.engine import transaction
from orchestrator.store.routing import OPEN, give, stand_ins
from orchestrator.store.tables import Alignment, Clarification, ClarificationWords, Inquiry, InquiryAnswer, InquirySignature, InquiryWords, Task, User
from orchestrator.store.wall import Crossing, Traveller, Why, beyond
from orchestrator.store.wall import why as usual

ANOTHERS = NotDone(Code.INQUIRY_TAKEN, "A colleague has it. Ask them, or a medical lead, to hand it on.")
CLOSED = NotDone(Code.INQUIRY_CLOSED, "This inquiry is closed.")
ANSWERED = NotDone(Code.ALREADY_ANSWERED, "Another answer is on record. What was answered is not changed afterwards.")


class StoredFulfilment:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def words(self, who: Who, inquiry_id: str, *, why: str | None, now: datetime) -> InquiryText:
        async with transaction(self._engine) as session:
            inquiry = await session.get_one(Inquiry, inquiry_id)
            asked = list(
                await session.exec(select(Clarification.id).where(Clarification.inquiry_id == inquiry_id, col(Clarification.answered_at).is_not(None)))
            )
            async with _reading(session, who, inquiry, Crossing.WORDS_READ, why, now):
                words = await session.get_one(InquiryWords, (inquiry_id, inquiry.revision))
                answer = await session.get(InquiryAnswer, inquiry_id)
                said = await session.exec(
                    select(ClarificationWords.clarification_id, ClarificationWords.words).where(col(ClarificationWords.clarification_id).in_(asked))
                )
                return InquiryText(
                    words.question, answer.answer if answer is not None else None, answer.answered_by if answer is not None else None, dict(said.all())
                )

    async def signature(self, who: Who, inquiry_id: str, *, why: str | None, now: datetime) -> SignatureRow | None:
        async with transaction(self._engine) as session:
            inquiry = await session.get_one(Inquiry, inquiry_id)
            if inquiry.signature_digest is None:
                return None
            async with _reading(session, who, inquiry, Crossing.SIGNATURE_READ, why, now):
                found = await session.get_one(InquirySignature, (inquiry_id, inquiry.revision))
                return SignatureRow(found.kind, found.mark, found.signed_at, found.digest, found.captured_by)

    async def take(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow | NotDone:
        async with transaction(self._engine) as session:
            inquiry = await _locked(session, inquiry_id)
            if inquiry.status not in OPEN:
                return CLOSED
            if not await _may_take(session, who, inquiry, now):
                return ANOTHERS
            if inquiry.status == "received" or inquiry.assignee != who.id:
                inquiry.status, inquiry.taken_at = "in_progress", inquiry.taken_at or now
                before = inquiry.assignee
                await give(session, inquiry, who.id)
                await _note(session, who, "inquiry.taken", inquiry, now, before=before)
            return await _told(session, inquiry, now)

    async def reassign(self, who: Who, inquiry_id: str, to: str, *, reason: str, now: datetime) -> InquiryRow | NotDone:
        async with transaction(self._engine) as session:
            inquiry = await _locked(session, inquiry_id)
            if inquiry.status not in OPEN:
                return CLOSED
            if await is_anothers(session, who, inquiry, now):
                return ANOTHERS
            if not await _works_there(session, to, inquiry.territory_id):
                return NotDone(Code.CANNOT_TAKE_OVER, "It goes to an active MSL who is aligned to the HCP's territory, or to a medical lead.")
            before = inquiry.assignee
            await give(session, inquiry, to)
            await _note(session, who, "inquiry.reassigned", inquiry, now, reason=reason, before=before, to=to)
            return await _told(session, inquiry, now)

    async def answer(self, who: Who, inquiry_id: str, *, answer: str, now: datetime) -> InquiryRow | NotDone:
        async with transaction(self._engine) as session:
            inquiry = await _locked(session, inquiry_id)
            if inquiry.status not in OPEN:
                return CLOSED
            if await is_anothers(session, who, inquiry, now):
                return ANOTHERS
            if await write_answer(session, who, inquiry, answer, now) != answer:
                return ANSWERED
            return await _told(session, inquiry, now)

    async def ask(self, who: Who, inquiry_id: str, question: str, *, once: Once, now: datetime) -> ClarificationRow | NotDone:
        async with transaction(self._engine) as session:
            inquiry = await _locked(session, inquiry_id)
            if inquiry.status not in OPEN:
                return CLOSED
            asked = Clarification(id=once.id("clarification"), inquiry_id=inquiry_id, question=question, asked_by=who.id, asked_at=now)
            if await added(session, asked):
                await _note(session, who, "inquiry.clarification_asked", inquiry, now, question=question)
            else:
                count_in(session, Dropped.REQUEST, REPEATED)
            return clarification_row(asked)

    async def kept_from(self, who: Who, inquiry_id: str, *, now: datetime) -> NotDone | None:
        async with transaction(self._engine) as session:
            return ANOTHERS if await is_anothers(session, who, await session.get_one(Inquiry, inquiry_id), now) else None

    async def task_of(self, inquiry_id: str) -> TaskRow | None:
        async with transaction(self._engine) as session:
            return next(iter(await task_rows(session, (col(Task.inquiry_id) == inquiry_id) & (col(Task.status) == "open"))), None)

    async def close(self, who: Who, inquiry_id: str, outcome: str, *, now: datetime) -> InquiryRow | NotDone:
        async with transaction(self._engine) as session:
            inquiry = await _locked(session, inquiry_id)
            if inquiry.status in OPEN:
                inquiry.status, inquiry.closed_at = outcome, now
                await _note(session, who, f"inquiry.closed_{outcome}", inquiry, now)
            elif inquiry.status != outcome:
                return CLOSED
            return await _told(session, inquiry, now)


async def write_answer(session: AsyncSession, who: Who, inquiry: Inquiry, answer: str, now: datetime) -> str:
    """Keep the answer, once, and return the one that stands. Whoever answers has taken it."""
    async with beyond(session, _traveller(who, inquiry, None), Crossing.ANSWERING, subject=_subject(inquiry), person=inquiry.person_id, now=now):
        new = await added(session, InquiryAnswer(inquiry_id=inquiry.id, answer=answer, answered_by=who.id, answered_at=now))
        stands = await session.get_one(InquiryAnswer, inquiry.id)
    if new:
        await _note(session, who, "inquiry.answered", inquiry, now)
    if inquiry.status == "received":
        inquiry.status, inquiry.taken_at = "in_progress", now
        session.add(inquiry)
    return stands.answer


async def _locked(session: AsyncSession, inquiry_id: str) -> Inquiry:
    return await session.get_one(Inquiry, inquiry_id, with_for_update=True)


async def _told(session: AsyncSession, inquiry: Inquiry, now: datetime) -> InquiryRow:
    await session.flush()
    return (await told(session, [inquiry], now=now))[0]


async def _may_take(session: AsyncSession, who: Who, inquiry: Inquiry, now: datetime) -> bool:
    """One's own, nobody's, or that of a colleague who is away: then its lead and the stand-in may. A lead takes what nobody has begun, too."""
    if inquiry.assignee in {None, who.id}:
        return True
    away = await stand_ins(session, now=now)
    if inquiry.assignee in away:
        return who.role is Role.MEDICAL or away[inquiry.assignee] == who.id
    return who.role is Role.MEDICAL and inquiry.status == "received"


async def is_anothers(session: AsyncSession, who: Who, inquiry: Inquiry, now: datetime) -> bool:
    """Whether somebody else has it, so that it is not this user's to answer."""
    return who.role is not Role.MEDICAL and not await _may_take(session, who, inquiry, now)


async def _works_there(session: AsyncSession, user_id: str, territory: str | None) -> bool:
    user = await session.get(User, user_id)
    if user is None or not user.active:
        return False
    return user.role == Role.MEDICAL or (user.role == Role.MSL and territory is not None and await session.get(Alignment, (user_id, territory)) is not None)


def _reading(session: AsyncSession, who: Who, inquiry: Inquiry, crossing: Crossing, why: str | None, now: datetime) -> Any:
    return beyond(session, _traveller(who, inquiry, why), crossing, subject=_subject(inquiry), person=inquiry.person_id, now=now)


def _traveller(who: Who, inquiry: Inquiry, why: str | None) -> Traveller:
    if why is not None or usual(who) is Why.OVERSIGHT:
        return Traveller.of(who, Why(why) if why is not None else None)
    return Traveller.of(who, Why.FULFILMENT if inquiry.assignee in {None, who.id} else Why.COLLEAGUE)


def _subject(inquiry: Inquiry) -> str:
    return f"inquiry:{inquiry.id}"


async def _note(session: AsyncSession, who: Who, action: str, inquiry: Inquiry, now: datetime, *, reason: str | None = None, **details: Any) -> None:
    await audit.record(session, by=who.id, role=who.role, action=action, subject=_subject(inquiry), reason=reason, details=details, now=now)
