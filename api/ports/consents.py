"""What people allowed, took back and objected to."""

from datetime import datetime
from typing import Protocol

from api.idempotency import Once
from api.rows import PersonRow
from api.schemas.consents import ConsentLine, NewConsent, NewObjection, NewWithdrawal
from api.who import Who
from journeys.consent_texts import ConsentText
from journeys.consents import ConsentAct


class Consents(Protocol):
    async def of_person(self, person_id: str) -> tuple[ConsentLine, ...]:
        """Every act on record, oldest first."""
        ...

    async def texts(self, *, market: str | None, channel: str | None) -> tuple[ConsentText, ...]:
        """The texts with which people are asked, by name."""
        ...

    async def text(self, text: str) -> ConsentText | None:
        """One of them by its name."""
        ...

    async def counting(self, person_id: str) -> tuple[ConsentAct, ...]:
        """Every act that counts for the person: their own, and those on other records of the same address."""
        ...

    async def objected_at(self, person_id: str) -> datetime | None: ...

    async def record(self, who: Who, person: PersonRow, consent: NewConsent, *, once: Once, now: datetime) -> ConsentLine: ...

    async def withdraw(self, who: Who, person: PersonRow, withdrawal: NewWithdrawal, *, once: Once, now: datetime) -> ConsentLine: ...

    async def object(self, who: Who, person: PersonRow, objection: NewObjection, *, once: Once, now: datetime) -> datetime:
        """Record the objection, once per person, and return when it was made."""
        ...
