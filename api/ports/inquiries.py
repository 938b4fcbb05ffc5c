"""Questions to medical."""

from datetime import datetime
from typing import Protocol

from api.idempotency import Once
from api.paging import Batch, Slice
from api.rows import InquiryRow, InquiryText, PersonRow
from api.who import Who


class Inquiries(Protocol):
    async def record(self, who: Who, person: PersonRow, *, product: str, question: str, once: Once, now: datetime) -> InquiryRow: ...

    async def page(self, who: Who, *, status: str | None, person_id: str | None, cut: Slice) -> Batch[InquiryRow]:
        """Inquiries, latest first, without their words."""
        ...

    async def find(self, who: Who, inquiry_id: str) -> InquiryRow | None: ...

    async def words(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryText:
        """The HCP's own words and the answer. Asked for medical roles and compliance only; each reading is audited."""
        ...

    async def take(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow: ...

    async def answer(self, who: Who, inquiry_id: str, *, answer: str, now: datetime) -> InquiryRow | None:
        """Store the answer; None where another answer is on record already."""
        ...
