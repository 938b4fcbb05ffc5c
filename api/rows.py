"""What the store hands the front desk: plain records, from which the routers tell each role what it may know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from journeys.definitions import Definition


@dataclass(frozen=True)
class UserRow:
    id: str
    name: str
    role: str


@dataclass(frozen=True)
class PersonRow:
    """What is open to both sides."""

    id: str
    given_name: str
    family_name: str
    salutation: str | None
    profession: str
    specialty: str | None
    market: str
    language: str | None
    channel_preference: str | None
    territory_id: str | None
    status: str
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublishedDefinition:
    definition: Definition
    digest: str
    source: str
    published_by: str
    published_at: datetime


@dataclass(frozen=True)
class Published:
    """What publishing came to: `published`, `unchanged`, or `conflict` with the version on record."""

    result: Literal["published", "unchanged", "conflict"]
    on_record: PublishedDefinition


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
class TimelineRow:
    """One line in codes. `remark` holds the words that were given as the reason, where the asker's side may read them."""

    person_id: str
    enrolment_id: str
    journey: str
    version: int
    side: str
    what: str
    step: str | None
    key: str | None
    way: str | None
    to: str | None
    reason: str | None
    until: datetime | None
    by: str | None
    by_name: str | None
    remark: str | None
    channel: str | None
    at: datetime
    arrived_at: datetime


@dataclass(frozen=True)
class InquiryRow:
    """The open part of an inquiry: no words."""

    id: str
    person_id: str
    product: str
    status: str
    recorded_by: str
    recorded_at: datetime
    taken_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class InquiryText:
    """The medical part."""

    question: str
    answer: str | None
    answered_by: str | None


@dataclass(frozen=True)
class ClickTarget:
    address: str
