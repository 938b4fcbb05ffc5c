"""The house's inquiries as dictionaries: what the front desk is promised of them, and nothing longer than a test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.codes import Code
from api.paging import Batch
from api.ports import NotDone
from api.rows import AbsenceRow, ClarificationRow, CrossingRow, InquiryRow, InquiryText, SignatureRow, TaskRow
from api.schemas.coverage import CoverageLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.idempotency import Once
    from api.paging import Slice
    from api.ports.inquiries import Whose
    from api.rows import PersonRow
    from api.schemas.coverage import NewAbsence
    from api.schemas.inquiries import DraftWords, NewInquiry, NewResponse
    from api.who import Who
    from tests.api.fakes import World

COVERAGE = (CoverageLine(user_id="user-msl", therapeutic_area="heart_failure", territory_id="se-stockholm"),)


class _OfInquiries:
    def __init__(self, world: World) -> None:
        self.world = world

    def _put(self, row: InquiryRow) -> InquiryRow:
        self.world.inquiries[row.id] = row
        return row


class FakeInquiries(_OfInquiries):
    async def wording(self, person: PersonRow) -> str:
        return f"In {person.market}: nobody prompted it."

    async def record(self, who: Who, person: PersonRow, new: NewInquiry, *, once: Once, now: datetime) -> InquiryRow | NotDone:
        if new.corrects not in {None, *self.world.inquiries}:
            return NotDone(Code.INQUIRY_UNKNOWN, "There is nothing to correct.")
        told = new.model_dump(include={"therapeutic_area", "language", "urgency", "corrects"})
        row = InquiryRow(once.id("inquiry"), person.id, new.product, "draft" if new.draft else "received", who.id, now, None, None, **told)
        self.world.words[row.id] = InquiryText(new.question, None, None)
        return self._put(row)

    async def draft(self, who: Who, inquiry_id: str, words: DraftWords, *, now: datetime) -> InquiryRow | NotDone:
        row = self.world.inquiries[inquiry_id]
        if row.recorded_by != who.id or row.status != "draft":
            return NotDone(Code.INQUIRY_SUBMITTED, "It is locked.")
        self.world.words[inquiry_id] = InquiryText(words.question, None, None)
        return self._put(replace(row, revision=row.revision + 1, signed_at=now if words.signature else None))

    async def submit(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow | NotDone:
        row = self.world.inquiries[inquiry_id]
        return self._put(replace(row, status="received", submitted_at=now, attested_by=who.id)) if row.status == "draft" else row

    async def page(self, who: Who, *, status: str | None, person_id: str | None, whose: Whose, now: datetime, cut: Slice) -> Batch[InquiryRow]:
        rows = [row for row in self.world.inquiries.values() if self.world.in_scope(who, row.person_id)]
        mine = [row for row in rows if whose != "me" or who.id in {row.assignee, row.recorded_by}]
        kept = [row for row in mine if status in {None, row.status} and person_id in {None, row.person_id}]
        return Batch.of(kept[: cut.limit], cut, lambda row: (now, row.id))

    async def find(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow | None:
        row = self.world.inquiries.get(inquiry_id)
        assert now.tzinfo is not None
        return row if row is not None and self.world.in_scope(who, row.person_id) else None

    async def reply(self, who: Who, inquiry_id: str, clarification_id: str, words: str, *, now: datetime) -> InquiryRow | NotDone:
        row, text = self.world.inquiries[inquiry_id], self.world.words[inquiry_id]
        if clarification_id not in {each.id for each in row.clarifications}:
            return NotDone(Code.NOT_FOUND, f"{who.id} was asked no such thing.")
        self.world.words[inquiry_id] = replace(text, said={**text.said, clarification_id: words})
        return self._put(replace(row, clarifications=tuple(replace(each, answered_at=now) for each in row.clarifications)))


class FakeFulfilment(_OfInquiries):
    async def words(self, who: Who, inquiry_id: str, *, why: str | None, now: datetime) -> InquiryText:
        self.world.audit.append((who.id, "inquiry.read"))
        self._crossed(who, "inquiry.read", inquiry_id, why, now)
        return self.world.words[inquiry_id]

    async def signature(self, who: Who, inquiry_id: str, *, why: str | None, now: datetime) -> SignatureRow | None:
        self._crossed(who, "inquiry.signature_read", inquiry_id, why, now)
        return SignatureRow("typed_name", "medical-mark", now, "0" * 64, "user-rep")

    async def take(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow | NotDone:
        row = self.world.inquiries[inquiry_id]
        if row.assignee not in {None, who.id}:
            return NotDone(Code.INQUIRY_TAKEN, "A colleague has it.")
        return self._put(replace(row, status="in_progress", taken_at=now, assignee=who.id))

    async def reassign(self, who: Who, inquiry_id: str, to: str, *, reason: str, now: datetime) -> InquiryRow | NotDone:
        if self.world.users.get(to) is None:
            return NotDone(Code.CANNOT_TAKE_OVER, "Nobody of that name.")
        self._crossed(who, "reassigned", inquiry_id, reason, now)
        return self._put(replace(self.world.inquiries[inquiry_id], assignee=to))

    async def answer(self, who: Who, inquiry_id: str, *, answer: str, now: datetime) -> InquiryRow | NotDone:
        words = self.world.words[inquiry_id]
        if words.answer not in {None, answer}:
            return NotDone(Code.ALREADY_ANSWERED, "Another answer is on record.")
        self.world.words[inquiry_id] = replace(words, answer=answer, answered_by=who.id)
        return self._put(replace(self.world.inquiries[inquiry_id], taken_at=now))

    async def ask(self, who: Who, inquiry_id: str, question: str, *, once: Once, now: datetime) -> ClarificationRow | NotDone:
        asked, row = ClarificationRow(once.id("clarification"), question, now, None), self.world.inquiries[inquiry_id]
        self._crossed(who, "asked", inquiry_id, question, now)
        self._put(replace(row, clarifications=(*row.clarifications, asked)))
        return asked

    async def kept_from(self, who: Who, inquiry_id: str, *, now: datetime) -> NotDone | None:
        row = self.world.inquiries[inquiry_id]
        taken = who.role == "msl" and row.assignee not in {None, who.id}
        return NotDone(Code.INQUIRY_TAKEN, "A colleague has it.") if taken else None

    async def task_of(self, inquiry_id: str) -> TaskRow | None:
        return self.world.inquiry_tasks.get(inquiry_id)

    async def close(self, who: Who, inquiry_id: str, outcome: str, *, now: datetime) -> InquiryRow | NotDone:
        self.world.audit.append((who.id, f"inquiry.closed_{outcome}"))
        return self._put(replace(self.world.inquiries[inquiry_id], status=outcome, closed_at=now))

    def _crossed(self, who: Who, what: str, inquiry_id: str, why: str | None, now: datetime) -> None:
        self.world.crossings.append(CrossingRow(len(self.world.crossings) + 1, who.id, who.role, what, f"inquiry:{inquiry_id}", None, why, now))


class FakeResponses(_OfInquiries):
    async def respond(self, who: Who, inquiry_id: str, response: NewResponse, *, now: datetime) -> InquiryRow | NotDone:
        if str(response.content) != "hf-answer@1":
            return NotDone(Code.CONTENT_NOT_MEDICAL, f"{response.content} is not medical's.")
        self.world.words[inquiry_id] = replace(self.world.words[inquiry_id], answer=response.answer, answered_by=who.id)
        return self._put(replace(self.world.inquiries[inquiry_id], response="requested", taken_at=now))


class FakeCoverages(_OfInquiries):
    async def page(self, who: Who) -> Sequence[CoverageLine]:
        return [line for line in COVERAGE if who.role != "msl" or line.user_id == who.id]

    async def cover(self, who: Who, user_id: str, lines: Sequence[CoverageLine], *, now: datetime) -> Sequence[CoverageLine] | NotDone:
        assert now.tzinfo is not None
        return lines if user_id in self.world.users else NotDone(Code.CANNOT_TAKE_OVER, f"{who.id} knows no such MSL.")

    async def absences(self, who: Who, *, now: datetime) -> Sequence[AbsenceRow]:
        return [AbsenceRow("absence-1", who.id, now, now, None)]

    async def absent(self, who: Who, absence: NewAbsence, *, once: Once, now: datetime) -> AbsenceRow | NotDone:
        assert now.tzinfo is not None
        return AbsenceRow(once.id("absence"), absence.user_id or who.id, absence.since, absence.until, absence.stand_in)

    async def back(self, who: Who, absence_id: str, *, now: datetime) -> AbsenceRow | NotDone:
        return AbsenceRow(absence_id, who.id, now, now, None)


class FakeFirewall(_OfInquiries):
    async def crossings(self, *, person_id: str | None, by: str | None, since: datetime | None, until: datetime | None, cut: Slice) -> Batch[CrossingRow]:
        rows = [row for row in self.world.crossings if by in {None, row.by} and person_id in {None, row.person_id}]
        within = [row for row in rows if (since is None or row.at >= since) and (until is None or row.at < until)]
        return Batch.of(within[: cut.limit], cut, lambda row: (row.at, row.id))
