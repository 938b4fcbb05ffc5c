"""What the store hands the front desk: plain records, from which the routers tell each role what it may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from api.schemas.expiring import ContentWarned
from journeys.definitions import Definition
from journeys.lifecycle import Running
from journeys.loading import Finding
from journeys.position import Standing
from journeys.versions import Policies, Version


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
class VersionRow:
    """One version of a journey: what it says, where its life stands, and how many runs are in it."""

    definition: Definition
    source: str
    life: Version
    policies: Policies
    """Whom the markets that have a policy ask to sign, as they stand now."""
    created_at: datetime
    published_by: str | None
    published_at: datetime | None
    running: Running | None
    open_runs: int


@dataclass(frozen=True)
class ActRow:
    """One act of a version's life. `reason` holds the words that were given, or a code where the act needs none."""

    action: str
    by: str
    name: str | None
    role: str
    reason: str | None
    at: datetime


@dataclass(frozen=True)
class Unclean:
    """A text that has errors: what the linter found."""

    findings: tuple[Finding, ...]


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


@dataclass(frozen=True)
class ClickTarget:
    address: str


class Unchangeable(StrEnum):
    """Why an invitation stays as it is."""

    NO_INVITATION = "no_invitation"
    NOT_SENT = "not_sent"
    DECLINED = "declined"
    BEGUN = "begun"
    CALLED_OFF = "called_off"
    NO_NOTICE = "no_notice"


@dataclass(frozen=True)
class Rescheduled:
    """An invitation as it was changed: how often it was, when it begins now, and whether it is called off."""

    touch: str
    sequence: int
    starts: datetime
    ends: datetime
    called_off: bool


@dataclass(frozen=True)
class InvitationRow:
    """What somebody was invited to, for the page on which they answer."""

    starts: datetime
    when: str
    """The same in the words of the invited person's language and zone."""
    language: str | None
    called_off: bool = False


@dataclass(frozen=True)
class PreferenceLine:
    """One channel and product line of a person: what they would agree to, in which words, and how it stands."""

    text: str
    """The name of the text."""
    channel: str
    product: str | None
    words: Mapping[str, str]
    """By language."""
    allowed: bool
    can_give: bool
    """Whether a click where they are now is proof enough: the link came to the very address of the channel."""
    held: bool = False
    """Whether a no stands that no click here can lift: another system heard it, or another record of the address."""


@dataclass(frozen=True)
class PreferenceRow:
    """What the recipient of a message sees of their own choices. It names nobody."""

    language: str | None
    objected: bool
    lines: tuple[PreferenceLine, ...]


@dataclass(frozen=True)
class OptInRow:
    """A double opt-in, as the page of its second click shows it."""

    id: str
    channel: str
    product: str | None
    text: str
    words: str
    language: str
    until: datetime
    confirmed: bool
    undone: bool = False
    """Whether the person has objected, has taken back since what was given by it, or has moved to another address before giving it."""
