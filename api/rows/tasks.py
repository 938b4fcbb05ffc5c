"""What waits for a human, or is told to one."""

from dataclasses import dataclass
from datetime import datetime

from api.rows.people import PersonRow
from api.rows.reports import ReplyRow
from api.schemas.expiring import ContentWarned


@dataclass(frozen=True)
class TaskRow:
    """A task with the person it is about and the journey that it is a step of."""

    id: str
    enrolment_id: str
    person: PersonRow
    journey: str
    version: int
    product: str
    side: str
    kind: str
    step: str
    assignee: str | None
    status: str
    outcome: str | None
    channel: str | None
    reason: str | None
    due: datetime
    snoozed_until: datetime | None
    inquiry_id: str | None
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None


@dataclass(frozen=True)
class NotificationRow:
    """A line for one colleague: of a run, a warning of content, or a reply. `person` is None where the reader may not see the HCP."""

    id: str
    journey: str | None
    version: int | None
    step: str | None
    side: str
    enrolment_id: str | None
    person: PersonRow | None
    at: datetime
    read_at: datetime | None
    warning: ContentWarned | None = None
    reply: ReplyRow | None = None


@dataclass(frozen=True)
class ProposalRow:
    """A stage or a persona that a run proposes, and what a human decided."""

    id: str
    person_id: str
    kind: str
    value: str
    enrolment_id: str
    step: str
    at: datetime
    status: str
    decided_by: str | None
    decided_at: datetime | None
