"""Many people in one journey."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class SweepRow:
    """A passage through many people. `progress` is how many came to what so far."""

    id: str
    kind: str
    journey: str
    selection: Mapping[str, Any]
    per_second: float | None
    state: str
    counted: Mapping[str, int]
    progress: Mapping[str, int]
    created_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class SweepResultRow:
    person_id: str
    result: str
    reason: str | None
    enrolment_id: str | None
    at: datetime
