"""One person in one journey, what an act on it came to, and what it asked of other systems."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from journeys.position import Standing


@dataclass(frozen=True)
class EnrolmentRow:
    id: str
    person_id: str
    journey: str
    version: int
    product: str
    purpose: str
    market: str
    conductor: str | None
    status: str
    step: str | None
    doing: str | None
    since: datetime | None
    until: datetime | None
    held_because: str | None
    end_kind: str | None
    end_reason: str | None
    created_by: str
    created_at: datetime
    ended_at: datetime | None
    entry_key: str | None = None
    lines: Sequence[Standing] = ()
    """Where every line stands, the main one first."""
    busy_with: str | None = None
    """The journey that has the HCP, while this one waits for its turn."""


@dataclass(frozen=True)
class EffectRow:
    """What an event led to in one journey."""

    journey: str
    effect: str
    reason: str | None
    enrolment_id: str | None


@dataclass(frozen=True)
class RequestRow:
    """One request of a run to another system."""

    key: str
    enrolment_id: str
    step: str
    endpoint: str
    status: str
    answer: str | None
    reason: str | None
    answer_by: datetime
    asked_at: datetime
    answered_at: datetime | None
