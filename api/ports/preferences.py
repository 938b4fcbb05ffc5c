"""What people choose for themselves, by the links of their messages: what they allow, take back and object to, and the second click of a double opt-in."""

from datetime import datetime
from typing import Literal, Protocol

from api.idempotency import Once
from api.rows import OptInRow, PersonRow, PreferenceRow
from api.schemas.consents import NewOptIn
from api.who import Who
from journeys.consent_texts import ConsentText

Agent = Literal["browser", "program", "unknown"]
"""The kind of program that a link was used with: kept as evidence in place of an address."""


class Preferences(Protocol):
    async def of_touch(self, touch: str, *, now: datetime) -> PreferenceRow | None:
        """The choices of the touch's recipient; None where there is no such touch."""
        ...

    async def give(self, touch: str, text: str, *, language: str, agent: Agent, now: datetime) -> bool:
        """Record what the recipient agreed to with a click; False where it may not be given so, or was given too often today."""
        ...

    async def withdraw(self, touch: str, *, channel: str | None, product: str | None, agent: Agent, now: datetime) -> bool:
        """Record what the recipient takes back: a channel for a product or for all, or everything. What is taken back already stays so. False where there
        is no such channel or product, and nothing was recorded."""
        ...

    async def object(self, touch: str, *, now: datetime) -> None:
        """Record that the recipient objects to all marketing."""
        ...

    async def ask(self, who: Who, person: PersonRow, opt_in: NewOptIn, text: ConsentText, *, once: Once, now: datetime) -> OptInRow:
        """Send the letter that asks for the second click. One that was asked for a short while ago still stands, and no second letter goes out."""
        ...

    async def opt_in(self, opt_in: str) -> OptInRow | None: ...

    async def confirm(self, opt_in: str, *, agent: Agent, now: datetime) -> bool:
        """Record the consent, once. False where the time is over, the person has objected, or what was given by it has been taken back since."""
        ...
