"""The rules of markets, and what the gate said by them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from api.schemas.markets import MarketRead, MarketSet
from api.schemas.why import WhyLine
from api.who import Who
from journeys.definitions import Definition
from journeys.markets import MarketPolicy


class Markets(Protocol):
    async def all(self) -> Sequence[MarketRead]:
        """The markets that have rules, by name."""
        ...

    async def find(self, market: str) -> MarketRead | None: ...

    async def set(self, who: Who, policy: MarketPolicy, *, replaces: str | None, remark: str, now: datetime) -> MarketSet | None:
        """Put these rules in force, audited with the former ones, and have what those held put before the gate again. None where other rules than
        those that are to be replaced are in force by now."""
        ...


class Judgements(Protocol):
    """What the gate said. Rows outside the asker's territory are not found, nor what medical answered where the asker does not see medical."""

    async def of_touch(self, who: Who, touch: str) -> Sequence[WhyLine]:
        """Each time that the gate was asked for this touch, the first one first."""
        ...

    async def of_person(self, who: Who, person_id: str, *, journey: str | None, step: str | None, limit: int) -> Sequence[WhyLine]:
        """The latest judgements on what was to go to the person, the latest first."""
        ...

    async def version_of(self, person_id: str, journey: str) -> int | None:
        """The version in which the person's latest run of the journey stands, where it has not ended."""
        ...

    async def if_sent_now(self, person_id: str, definition: Definition, step: str, *, now: datetime) -> WhyLine | None:
        """What the gate would say if this step of the journey were sent at this moment; None where it sends nothing. Nothing is written, and nobody
        waits for it."""
        ...
