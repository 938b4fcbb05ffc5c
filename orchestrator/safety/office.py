"""The safety office: it hands a case over, reminds and escalates until drug safety has acknowledged it. It implements `activities.ports.SafetyOffice`."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from activities.ports import SafetyProgress
from journeys.pace import Pace
from journeys.safety import SafetyPolicy, next_at, rest_after
from journeys.shapes import Instant, Stored

TAKEN, ACKNOWLEDGED, NOT_TAKEN = "taken", "acknowledged", "not_taken"
NO_WAY = "no_inbox"
"""The trouble of an installation that names neither a mailbox nor a safety system."""

log = structlog.get_logger()


class Case(Stored):
    """A case on its way. It holds what was reported, so it lives in memory only."""

    id: str
    kind: str
    product: str | None
    market: str | None
    person_id: str | None
    reporter: str
    aware_at: Instant
    received_at: Instant
    due_at: Instant
    words: tuple[str, ...]


class Looked(Stored):
    """How a case that drug safety does not have stands, and whether it is to be handed over now."""

    case: Case
    policy: SafetyPolicy
    send: bool
    sent_at: Instant | None
    failures: int


class Attempt(Stored):
    """What came of one attempt by one way; `trouble` is a code of what stood in the way."""

    way: str
    result: str
    trouble: str | None = None


class Book(Protocol):
    """Where cases are written down."""

    async def look(self, case_id: str, *, at: datetime) -> Looked | None: ...

    async def note(self, case_id: str, attempts: Iterable[Attempt], *, at: datetime) -> tuple[datetime | None, int] | None: ...

    async def rests_until(self, case_id: str, wall: datetime) -> None: ...


class Way(Protocol):
    """How a case leaves the house: the mailbox, or the safety system."""

    async def give(self, case: Case, *, at: datetime) -> Attempt:
        """Offer the case once. Never raises for what can go wrong on the way, and never tries twice."""
        ...


class Office:
    def __init__(self, book: Book, ways: Sequence[Way], pace: Pace) -> None:
        self._book, self._ways, self._pace = book, tuple(ways), pace

    async def look_after(self, case: str, *, at: datetime) -> SafetyProgress:
        """Escalate, hand over and note. A crash after the hand-over repeats it, under the same number: told twice is better than not told."""
        looked = await self._book.look(case, at=at)
        if looked is None:
            return SafetyProgress(over=True)
        stands: tuple[datetime | None, int] | None = (looked.sent_at, looked.failures)
        if looked.send:
            stands = await self._book.note(case, await self._hand_over(looked.case, at), at=at)
        if stands is None:
            return SafetyProgress(over=True)
        progress = self._progress(looked, *stands, at=at)
        await self._book.rests_until(case, self._wakes(progress, at))
        return progress

    async def _hand_over(self, case: Case, at: datetime) -> Sequence[Attempt]:
        if not self._ways:
            log.error("safety_case", case=case.id, trouble=NO_WAY, check="DIRIGENT_SAFETY_INBOX, DIRIGENT_SAFETY_ENDPOINT")
            return [Attempt(way="none", result=NOT_TAKEN, trouble=NO_WAY)]
        return await asyncio.gather(*(way.give(case, at=at) for way in self._ways))

    def _progress(self, looked: Looked, sent: datetime | None, failures: int, *, at: datetime) -> SafetyProgress:
        rest = rest_after(failures).total_seconds() if failures else None
        return SafetyProgress(over=False, next=next_at(looked.policy, looked.case.due_at, sent=sent if not failures else None, at=at), rest=rest)

    def _wakes(self, progress: SafetyProgress, at: datetime) -> datetime:
        ends = [self._pace.wall(progress.next)] if progress.next is not None else []
        if progress.rest is not None:
            ends.append(self._pace.wall(at) + timedelta(seconds=progress.rest))
        return min(ends, default=self._pace.wall(at))
