"""What other systems report."""

from dataclasses import dataclass
from datetime import datetime

from api.rows.enrolments import EffectRow


@dataclass(frozen=True)
class EventRow:
    """An event of the outside as it is on record, with what it led to."""

    id: str
    source: str
    source_id: str
    event: str
    key: str | None
    person_id: str | None
    standing: str
    late: bool
    at: datetime
    arrived_at: datetime
    effects: tuple[EffectRow, ...] = ()


@dataclass(frozen=True)
class FactInRow:
    """What a provider told of a message, as it is on record. `repeats` is how often it was told again."""

    id: str
    source: str
    source_id: str
    event: str
    kind: str | None
    standing: str
    code: str | None
    touch_key: str | None
    person_id: str | None
    late: bool
    at: datetime
    arrived_at: datetime
    judged_at: datetime
    repeats: int = 0


@dataclass(frozen=True)
class CallReportRow:
    """A call as the CRM told it last, and what became of it."""

    id: str
    source: str
    source_id: str
    revised_at: datetime
    status: str
    standing: str
    reason: str | None
    person_id: str | None
    rep: str | None
    product: str
    channel: str
    outcome: str | None
    task_id: str | None
    late: bool
    at: datetime
    arrived_at: datetime
    safety: bool = False
    repeats: int = 0


@dataclass(frozen=True)
class ReplyRow:
    """What somebody wrote back, without the words."""

    id: str
    channel: str
    side: str
    standing: str
    person_id: str | None
    touch_key: str | None
    told: str | None
    attachments: int
    cut: bool
    late: bool
    at: datetime
    arrived_at: datetime
    read_at: datetime | None
    safety: bool = False
