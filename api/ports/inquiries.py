"""Questions to medical: commercial's side, on which they are recorded, and medical's, on which they are answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from api.codes import Code
from api.idempotency import Once
from api.paging import Batch, Slice
from api.rows import AbsenceRow, ClarificationRow, CrossingRow, InquiryRow, InquiryText, PersonRow, SignatureRow, TaskRow
from api.schemas.coverage import CoverageLine, NewAbsence
from api.schemas.inquiries import DraftWords, NewInquiry, NewResponse
from api.who import Who

Whose = Literal["me", "none", "absent", "escalated", "all"]
"""Mine; in the queue; of somebody who is out of office; escalated to me; everybody's."""


@dataclass(frozen=True)
class NotDone:
    """Why something was not done with an inquiry: a code of docs/problems.md and what stands in the way."""

    code: Code
    detail: str


class Inquiries(Protocol):
    async def wording(self, person: PersonRow) -> str:
        """What a rep attests who passes on a question of this HCP."""
        ...

    async def record(self, who: Who, person: PersonRow, new: NewInquiry, *, once: Once, now: datetime) -> InquiryRow | NotDone:
        """Keep the words, and submit unless it is to be a draft. The words are not read back."""
        ...

    async def draft(self, who: Who, inquiry_id: str, words: DraftWords, *, now: datetime) -> InquiryRow | NotDone:
        """Give a draft of one's own other words."""
        ...

    async def submit(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow | NotDone:
        """Attest, lock and route a draft of one's own. One that was submitted before stays as it is."""
        ...

    async def page(self, who: Who, *, status: str | None, person_id: str | None, whose: Whose, now: datetime, cut: Slice) -> Batch[InquiryRow]:
        """Inquiries, latest first, without their words. A draft is found by whoever records it."""
        ...

    async def find(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow | None: ...

    async def reply(self, who: Who, inquiry_id: str, clarification_id: str, words: str, *, now: datetime) -> InquiryRow | NotDone:
        """The rep's words to a clarification, once."""
        ...


class Fulfilment(Protocol):
    """What medical does with an inquiry. Every reading of words is audited."""

    async def words(self, who: Who, inquiry_id: str, *, why: str | None, now: datetime) -> InquiryText: ...

    async def signature(self, who: Who, inquiry_id: str, *, why: str | None, now: datetime) -> SignatureRow | None: ...

    async def take(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow | NotDone:
        """Claim it: of two at once, one gets it. Taking one's own again changes nothing."""
        ...

    async def reassign(self, who: Who, inquiry_id: str, to: str, *, reason: str, now: datetime) -> InquiryRow | NotDone: ...

    async def answer(self, who: Who, inquiry_id: str, *, answer: str, now: datetime) -> InquiryRow | NotDone:
        """Store the answer, once."""
        ...

    async def ask(self, who: Who, inquiry_id: str, question: str, *, once: Once, now: datetime) -> ClarificationRow | NotDone: ...

    async def kept_from(self, who: Who, inquiry_id: str, *, now: datetime) -> NotDone | None:
        """Why it is not this user's to close; None where it is."""
        ...

    async def task_of(self, inquiry_id: str) -> TaskRow | None:
        """The open task of a journey that waits for this inquiry."""
        ...

    async def close(self, who: Who, inquiry_id: str, outcome: str, *, now: datetime) -> InquiryRow | NotDone:
        """Close one for which no journey waits."""
        ...


class Responses(Protocol):
    async def respond(self, who: Who, inquiry_id: str, response: NewResponse, *, now: datetime) -> InquiryRow | NotDone:
        """Store the answer and put it on its way to whoever asked, once, in one transaction. The gate has the last word."""
        ...


class Coverages(Protocol):
    """Who of medical answers for what, and who is away."""

    async def page(self, who: Who) -> Sequence[CoverageLine]: ...

    async def cover(self, who: Who, user_id: str, lines: Sequence[CoverageLine], *, now: datetime) -> Sequence[CoverageLine] | NotDone:
        """Give an MSL these lines and no others, audited."""
        ...

    async def absences(self, who: Who, *, now: datetime) -> Sequence[AbsenceRow]:
        """Those that are not over: one's own, or all for a lead."""
        ...

    async def absent(self, who: Who, absence: NewAbsence, *, once: Once, now: datetime) -> AbsenceRow | NotDone: ...

    async def back(self, who: Who, absence_id: str, *, now: datetime) -> AbsenceRow | NotDone:
        """End an absence now; one that has not begun is as if it had never been planned."""
        ...


class Firewall(Protocol):
    async def crossings(self, *, person_id: str | None, by: str | None, since: datetime | None, until: datetime | None, cut: Slice) -> Batch[CrossingRow]:
        """Who crossed the wall, latest first."""
        ...
