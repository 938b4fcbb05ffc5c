"""Who works here, whom they see, and the lines of a person's story."""

from dataclasses import dataclass
from datetime import datetime


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
    addresses: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimelineRow:
    """One line in codes. `remark` holds the words that were given as the reason, where the asker's side may read them."""

    person_id: str
    enrolment_id: str | None
    dispatch_id: str | None
    """The letter outside a journey that it is about; then there is no run and no journey."""
    journey: str | None
    version: int | None
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
