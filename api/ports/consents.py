"""What people allowed, took back and objected to."""

from datetime import datetime
from typing import Protocol

from api.idempotency import Once
from api.rows import PersonRow
from api.schemas.consents import ConsentLine, NewConsent, NewObjection, NewWithdrawal
from api.who import Who


class Consents(Protocol):
    async def of_person(self, person_id: str) -> tuple[ConsentLine, ...]:
        """Every act on record, oldest first."""
        ...

    async def objected_at(self, person_id: str) -> datetime | None: ...

    async def record(self, who: Who, person: PersonRow, consent: NewConsent, *, once: Once, now: datetime) -> ConsentLine: ...

    async def withdraw(self, who: Who, person: PersonRow, withdrawal: NewWithdrawal, *, once: Once, now: datetime) -> ConsentLine: ...

    async def object(self, who: Who, person: PersonRow, objection: NewObjection, *, once: Once, now: datetime) -> datetime:
        """Record the objection, once per person, and return when it was made."""
        ...
