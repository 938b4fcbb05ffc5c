"""An HCP's own question to medical, on both sides of the wall."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class ClarificationRow:
    """A question of medical's fixed list to the rep. `words` is None for whoever may not read what the rep said, or where nothing is said yet."""

    id: str
    question: str
    asked_at: datetime
    answered_at: datetime | None
    words: str | None = None


@dataclass(frozen=True)
class InquiryRow:
    """The open part of an inquiry: no words. Who of medical has it is told to medical alone."""

    id: str
    person_id: str
    product: str
    status: str
    recorded_by: str
    recorded_at: datetime
    taken_at: datetime | None
    closed_at: datetime | None
    therapeutic_area: str | None = None
    language: str | None = None
    urgency: str = "routine"
    revision: int = 1
    attestation: str | None = None
    attested_by: str | None = None
    attested_at: datetime | None = None
    signature_digest: str | None = None
    signed_at: datetime | None = None
    submitted_at: datetime | None = None
    corrects: str | None = None
    due: datetime | None = None
    assignee: str | None = None
    escalated_at: datetime | None = None
    escalated_to: str | None = None
    clarifications: tuple[ClarificationRow, ...] = ()
    offered: bool = False
    """Whether whoever has it is out of office."""
    response: str | None = None
    response_reason: str | None = None
    responded_at: datetime | None = None


@dataclass(frozen=True)
class InquiryText:
    """The medical part."""

    question: str
    answer: str | None
    answered_by: str | None
    said: Mapping[str, str] = field(default_factory=dict)
    """What the rep said to clarifications, by their ids."""


@dataclass(frozen=True)
class SignatureRow:
    """What an HCP signed with."""

    kind: str
    mark: str
    signed_at: datetime
    digest: str
    captured_by: str


@dataclass(frozen=True)
class AbsenceRow:
    id: str
    user_id: str
    since: datetime
    until: datetime
    stand_in: str | None


@dataclass(frozen=True)
class CrossingRow:
    """One line of the firewall's book: who crossed the wall, for what, about whom and why."""

    id: int
    by: str
    role: str
    crossing: str
    subject: str
    person_id: str | None
    why: str | None
    at: datetime
