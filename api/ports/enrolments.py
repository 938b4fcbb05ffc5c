"""How HCPs come into journeys: by enrolment, in bulk, by an event of the outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from api.cloudevents import CloudEvent
from api.idempotency import Once
from api.paging import Batch, Slice
from api.rows import EnrolmentRow, EventRow, PersonRow, SweepResultRow, SweepRow
from api.schemas.bulk_enrolments import NewBulkEnrolment
from api.schemas.events import NewEvent
from api.who import Who
from journeys.definitions import Definition


@dataclass(frozen=True)
class NotEnrolled:
    """Why an HCP may not enter: a code of docs/problems.md and what stands in the way."""

    code: str
    detail: str


class Enrolments(Protocol):
    async def create(
        self, who: Who, person: PersonRow, definition: Definition, *, key: str | None = None, once: Once, now: datetime
    ) -> EnrolmentRow | NotEnrolled:
        """Enrol, in one transaction with the facts it was decided on, and put the start of the run in the outbox. An enrolment whose HCP other
        journeys have waits in the queue."""
        ...

    async def leave_queue(self, who: Who, enrolment_id: str, *, reason: str, now: datetime) -> bool:
        """End an enrolment that still waits in the queue, audited. False where it does not wait there any more."""
        ...

    async def page(
        self, who: Who, *, status: str | None, journey: str | None, person_id: str | None, cut: Slice, end_kind: str | None = None
    ) -> Batch[EnrolmentRow]:
        """Enrolments, latest first."""
        ...

    async def find(self, who: Who, enrolment_id: str) -> EnrolmentRow | None: ...


class Events(Protocol):
    async def take(self, event: NewEvent, *, now: datetime) -> tuple[EventRow, bool]:
        """Store an event of the outside, once by its source's id, and do what follows from it. Also whether it had been taken before."""
        ...

    async def take_cloud(self, event: CloudEvent, *, now: datetime) -> tuple[EventRow, bool]:
        """The same of a CloudEvent: its type is an event of the library, its subject the person; only what is declared is read out of its data."""
        ...

    async def page(self, who: Who, *, standing: str | None, event: str | None, person_id: str | None, late: bool | None, cut: Slice) -> Batch[EventRow]:
        """Events of the sides that the asker sees, latest first."""
        ...

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        """Look again at events of people whom nobody knew, those first that waited longest; audited. Tells how many stand where now."""
        ...

    async def find(self, who: Who, event_id: str) -> EventRow | None: ...


class Sweeps(Protocol):
    async def create(self, who: Who, bulk: NewBulkEnrolment, *, once: Once, now: datetime) -> SweepRow:
        """Begin to count whom a bulk enrolment would enter. Nobody is entered."""
        ...

    async def page(self, *, journey: str | None, state: str | None, cut: Slice) -> Batch[SweepRow]:
        """Sweeps of every kind, latest first."""
        ...

    async def find(self, sweep_id: str) -> SweepRow | None: ...

    async def results(self, sweep_id: str, *, result: str | None, cut: Slice) -> Batch[SweepResultRow]:
        """What it came to for each person, by id."""
        ...

    async def act(self, who: Who, sweep_id: str, act: Literal["confirm", "pause", "resume", "stop"], *, now: datetime) -> SweepRow | None:
        """Do what is asked, audited; None where the sweep's state does not allow it."""
        ...
