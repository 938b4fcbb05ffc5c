"""Safety cases, and the answers to the adverse-event question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from api.idempotency import Once
from api.paging import Batch, Slice
from api.ports.requests import Stamp
from api.schemas.safety import NewSafetyCase, SafetyAnswer, SafetyFlagRead
from api.who import Who
from journeys.safety import SafetyKind

Standing = Literal["open", "overdue", "unsent", "acknowledged"]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was told in a report, as far as drug safety is concerned. `report` names it, such as `task:…`. Person and product are those that the report
    itself names; where it names none, they are looked up by it."""

    report: str
    answer: SafetyAnswer | None
    person_id: str | None = None
    product: str | None = None
    words: Sequence[str] = ()


@dataclass(frozen=True)
class SafetyCaseRow:
    """A case without its words."""

    id: str
    kind: str
    reporter: str
    person_id: str | None
    product: str | None
    market: str | None
    report: str | None
    aware_at: datetime
    received_at: datetime
    due_at: datetime
    sent_at: datetime | None
    failures: int
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    reference: str | None


@dataclass(frozen=True)
class SafetyLineRow:
    kind: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class SafetyNoticeRow:
    """A line for one colleague: a case waits, and its deadline is near or past."""

    id: str
    case_id: str
    step: str
    due_at: datetime
    acknowledged_at: datetime | None
    at: datetime
    read_at: datetime | None


class Safety(Protocol):
    async def told(self, who: Who, told: Told, *, once: Once, now: datetime) -> str | None:
        """Keep the answer. A yes opens a case, whose id is returned, whatever becomes of the report; the same answer under the same key opens it once.
        Words with a safety word in them, of which the answer was none, are flagged for review. The person is the one of the report where the asker may
        see them, else nobody in particular."""
        ...

    async def asked_at(self, report: str) -> bool:
        """Whether the question was answered at this report."""
        ...

    async def open(self, who: Who, case: NewSafetyCase, *, once: Once, now: datetime) -> SafetyCaseRow: ...

    async def page(self, who: Who, *, standing: Standing | None, now: datetime, cut: Slice) -> Batch[SafetyCaseRow]:
        """Cases, the first due first; of those who are no readers, the ones that they reported."""
        ...

    async def find(self, who: Who, case_id: str) -> SafetyCaseRow | None: ...

    async def lines(self, who: Who, case_id: str, *, now: datetime) -> tuple[str | None, tuple[SafetyLineRow, ...]]:
        """The HCP's name, where there is one, and the words. Asked for readers only; each reading is audited."""
        ...

    async def add(self, who: Who, case_id: str, *, kind: str, words: str, once: Once, now: datetime) -> SafetyCaseRow:
        """Add a line. What a reporter adds to a case that is acknowledged already has a clock of its own: it opens a case, which is returned."""
        ...

    async def acknowledge(self, case_id: str, *, by: str, role: str, reference: str | None, now: datetime) -> SafetyCaseRow:
        """Say that drug safety has the case. The first one stands."""
        ...

    async def genuine(self, case_id: str, stamp: Stamp, body: bytes) -> bool | None:
        """Whether the safety system stamped this body for this case, just now; None where there is no such case."""
        ...

    async def flags(self, *, reviewed: bool, cut: Slice) -> Batch[SafetyFlagRead]:
        """Flagged words, the first one first."""
        ...

    async def review(self, who: Who, flag_id: str, kind: SafetyKind | None, *, now: datetime) -> tuple[SafetyFlagRead, bool] | None:
        """Close a flag, and open a case of this kind. False beside it: it had been reviewed otherwise before. None: there is no such flag."""
        ...
