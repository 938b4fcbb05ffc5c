"""Inquiries on commercial's side: recorded word for word, signed where the HCP signs, attested and locked. What was written is not read back here."""

import json
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.codes import Code
from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports.inquiries import NotDone, Whose
from api.rows import InquiryRow, PersonRow
from api.schemas.inquiries import DraftWords, NewInquiry, NewSignature
from api.who import Role, Who
from journeys.medical import ATTESTATION, Urgency
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit
from orchestrator.store.clarifications import clarifications_of
from orchestrator.store.desk.adding import added
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.markets import market_calendar, policy_of
from orchestrator.store.routing import OPEN, give, is_now, route
from orchestrator.store.tables import Absence, Clarification, ClarificationWords, Dispatch, Inquiry, InquirySignature, InquiryWords, Person

_ELSEWHERE = {"clarifications", "offered", "response", "response_reason", "responded_at"}
_COPIED = tuple(name for name in InquiryRow.__dataclass_fields__ if name not in _ELSEWHERE)
_NOT_OURS = NotDone(Code.NOT_FOUND, "There is no such draft of yours.")
_SUBMITTED = NotDone(Code.INQUIRY_SUBMITTED, "It is submitted, and locked. Record a correction: a new inquiry that names this one in `corrects`.")


class StoredInquiries:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def wording(self, person: PersonRow) -> str:
        async with transaction(self._engine) as session:
            return await _wording(session, person.market)

    async def record(self, who: Who, person: PersonRow, new: NewInquiry, *, once: Once, now: datetime) -> InquiryRow | NotDone:
        inquiry = Inquiry(
            id=once.id("inquiry"),
            person_id=person.id,
            territory_id=person.territory_id,
            language=new.language or person.language,
            status="draft",
            recorded_by=who.id,
            recorded_at=now,
            revision=0,
            **new.model_dump(include={"product", "therapeutic_area", "urgency", "unsolicited", "corrects"}),
        )
        async with transaction(self._engine) as session:
            if new.corrects is not None and not await _is_of(session, new.corrects, person):
                return NotDone(Code.INQUIRY_UNKNOWN, "No submitted inquiry of this HCP is recorded under that id, so there is nothing to correct.")
            if not await added(session, inquiry):  # the same request, cut short before it was answered
                count_in(session, Dropped.REQUEST, REPEATED)
                return _row(await session.get_one(Inquiry, inquiry.id))
            inquiry = await session.get_one(Inquiry, inquiry.id, with_for_update=True)
            await _write(session, who, inquiry, new, now)
            if not new.draft:
                await _submit(session, who, inquiry, now)
            return _row(inquiry)

    async def draft(self, who: Who, inquiry_id: str, words: DraftWords, *, now: datetime) -> InquiryRow | NotDone:
        async with transaction(self._engine) as session:
            inquiry = await _of(session, who, inquiry_id)
            if isinstance(inquiry, NotDone):
                return inquiry
            if inquiry.status != "draft":
                return _SUBMITTED
            await _write(session, who, inquiry, words, now)
            return _row(inquiry)

    async def submit(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow | NotDone:
        async with transaction(self._engine) as session:
            inquiry = await _of(session, who, inquiry_id)
            if isinstance(inquiry, NotDone):
                return inquiry
            if inquiry.status == "draft":
                inquiry.unsolicited = True
                await _submit(session, who, inquiry, now)
            return _row(inquiry)

    async def page(self, who: Who, *, status: str | None, person_id: str | None, whose: Whose, now: datetime, cut: Slice) -> Batch[InquiryRow]:
        order = (col(Inquiry.recorded_at), col(Inquiry.id))
        wanted = seen_by(who).where(*_whose(whose, who, now)).order_by(*(each.desc() for each in order)).limit(cut.limit + 1)
        if status is not None:
            wanted = wanted.where(Inquiry.status == status)
        if person_id is not None:
            wanted = wanted.where(Inquiry.person_id == person_id)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = await told(session, list(await session.exec(wanted)), now=now)
        return Batch.of(rows, cut, lambda row: (row.recorded_at, row.id))

    async def find(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow | None:
        async with transaction(self._engine) as session:
            found = (await session.exec(seen_by(who).where(Inquiry.id == inquiry_id))).all()
            return next(iter(await told(session, list(found), now=now)), None)

    async def reply(self, who: Who, inquiry_id: str, clarification_id: str, words: str, *, now: datetime) -> InquiryRow | NotDone:
        async with transaction(self._engine) as session:
            asked = await session.get(Clarification, clarification_id, with_for_update=True)
            if asked is None or asked.inquiry_id != inquiry_id:
                return NotDone(Code.NOT_FOUND, "Medical has asked no such thing about this inquiry.")
            if asked.answered_at is not None:
                return NotDone(Code.ALREADY_ANSWERED, "It was answered before, and what was said is not changed afterwards.")
            asked.answered_by, asked.answered_at = who.id, now
            session.add(ClarificationWords(clarification_id=asked.id, words=words))
            await _note(session, who, "inquiry.clarified", inquiry_id, now, {"clarification": asked.id})
            await session.flush()
            return (await told(session, [await session.get_one(Inquiry, inquiry_id)], now=now))[0]


def seen_by(who: Who) -> Any:
    """The inquiries that a user may find: a draft is its author's alone, and compliance's."""
    mine = (col(Inquiry.status) != "draft") | (col(Inquiry.recorded_by) == who.id)
    readable = [] if who.role is Role.COMPLIANCE else [mine]
    return select(Inquiry).join(Person, col(Person.id) == col(Inquiry.person_id)).where(in_scope(who), *readable)


async def told(session: AsyncSession, inquiries: list[Inquiry], *, now: datetime) -> list[InquiryRow]:
    """Each with what medical asked of the rep, and whether whoever has it is out of office."""
    away = set(await session.exec(select(Absence.user_id).where(is_now(now))))
    ids = [inquiry.id for inquiry in inquiries]
    asked, sent = await clarifications_of(session, ids), await _responses(session, ids)
    return [
        replace(
            _row(inquiry),
            clarifications=asked.get(inquiry.id, ()),
            offered=inquiry.status in OPEN and inquiry.assignee in away,
            **sent.get(inquiry.id, {}),
        )
        for inquiry in inquiries
    ]


async def _responses(session: AsyncSession, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Where the latest message with an answer stands, for each inquiry that has one."""
    wanted = select(Dispatch).where(col(Dispatch.inquiry_id).in_(ids)).order_by(col(Dispatch.created_at), col(Dispatch.id))
    return {
        row.inquiry_id or "": {
            "response": row.state,
            "response_reason": row.reason,
            "responded_at": row.ended_at if row.state == "sent" else None,
        }
        for row in await session.exec(wanted)
    }


def _row(inquiry: Inquiry) -> InquiryRow:
    return InquiryRow(**{name: getattr(inquiry, name) for name in _COPIED})


async def _write(session: AsyncSession, who: Who, inquiry: Inquiry, words: DraftWords, now: datetime) -> None:
    """The next revision of a draft, and its signature: a signature is under these words and under no others."""
    inquiry.revision += 1
    inquiry.signature_digest, inquiry.signed_at = None, None
    session.add(inquiry)
    await session.flush()
    session.add(InquiryWords(inquiry_id=inquiry.id, revision=inquiry.revision, question=words.question, written_by=who.id, written_at=now))
    if words.signature is not None:
        digest = _digest(inquiry, words.question, words.signature)
        kind, mark = next(iter(words.signature.marks.items()))
        signed: dict[str, Any] = {"signed_at": words.signature.signed_at, "digest": digest, "captured_by": who.id, "captured_at": now}
        session.add(InquirySignature(inquiry_id=inquiry.id, revision=inquiry.revision, kind=kind, mark=mark, **signed))
        inquiry.signature_digest, inquiry.signed_at = digest, words.signature.signed_at
    await _note(session, who, "inquiry.recorded", inquiry.id, now, {"revision": inquiry.revision})


async def _submit(session: AsyncSession, who: Who, inquiry: Inquiry, now: datetime) -> None:
    person = await session.get_one(Person, inquiry.person_id)
    policy = await policy_of(session, person.market)
    inquiry.attestation, inquiry.attested_by, inquiry.attested_at = await _wording(session, person.market), who.id, now
    inquiry.status, inquiry.submitted_at = "received", now
    if policy is not None:
        inquiry.due = policy.medical.due(now, Urgency(inquiry.urgency), calendar=market_calendar(policy, now=now))
    await give(session, inquiry, await route(session, inquiry, now=now))
    await _note(session, who, "inquiry.submitted", inquiry.id, now)


async def _wording(session: AsyncSession, market: str) -> str:
    policy = await policy_of(session, market)
    return policy.medical.wording(policy.languages[0]) if policy is not None else ATTESTATION


def _digest(inquiry: Inquiry, question: str, signature: NewSignature) -> str:
    over = [inquiry.id, inquiry.revision, question, signature.marks, signature.signed_at.isoformat()]
    return sha256(json.dumps(over, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


async def _of(session: AsyncSession, who: Who, inquiry_id: str) -> Inquiry | NotDone:
    inquiry = await session.get(Inquiry, inquiry_id, with_for_update=True)
    return inquiry if inquiry is not None and inquiry.recorded_by == who.id else _NOT_OURS


async def _is_of(session: AsyncSession, inquiry_id: str, person: PersonRow) -> bool:
    corrected = await session.get(Inquiry, inquiry_id)
    return corrected is not None and corrected.person_id == person.id and corrected.status != "draft"


def _whose(whose: Whose, who: Who, now: datetime) -> list[ColumnElement[bool]]:
    waiting = col(Inquiry.status).in_(OPEN)
    match whose:
        case "all":
            return []
        case "me":
            return [or_(col(Inquiry.assignee) == who.id, col(Inquiry.recorded_by) == who.id)]
        case "none":
            return [waiting, col(Inquiry.assignee).is_(None)]
        case "absent":
            return [waiting, col(Inquiry.assignee).in_(select(Absence.user_id).where(is_now(now)))]
        case "escalated":
            return [waiting, col(Inquiry.escalated_to) == who.id]


async def _note(session: AsyncSession, who: Who, action: str, inquiry_id: str, now: datetime, details: dict[str, Any] | None = None) -> None:
    await audit.record(session, by=who.id, role=who.role, action=action, subject=f"inquiry:{inquiry_id}", details=details, now=now)
