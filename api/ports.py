"""What the front desk needs of the house, as Protocols by noun. The store, the gateway to Temporal and the tests' fakes implement them.

Every method is one transaction. `who` bounds what is found: a row outside the asker's territory is as unknown as one that never was,
and a side of the firewall that the asker may not see is not loaded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from api.codes import Code
from api.idempotency import Claim, Once
from api.paging import Batch, Slice
from api.rows import (
    ActRow,
    ClickTarget,
    EnrolmentRow,
    EventRow,
    InquiryRow,
    InquiryText,
    InvitationRow,
    NotificationRow,
    PersonRow,
    ProposalRow,
    RequestRow,
    SweepResultRow,
    SweepRow,
    TaskRow,
    TimelineRow,
    Unclean,
    UserRow,
    VersionRow,
)
from api.schemas.bulk_enrolments import NewBulkEnrolment
from api.schemas.consents import ConsentLine, NewConsent, NewObjection, NewWithdrawal
from api.schemas.content import ContentLine
from api.schemas.events import NewEvent
from api.schemas.operations import (
    AlarmLine,
    Concerned,
    HaltDone,
    HaltLine,
    ItemLine,
    LiftHalt,
    MigrationPreview,
    NewHalt,
    NewMigration,
    OperationLine,
    PlanMigration,
    Repair,
    RepairMany,
    TroubleLine,
)
from api.schemas.people import CommercialProfile, MedicalProfile
from api.who import Who
from journeys.acceptance import Refused
from journeys.conditions import Value
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Definition, Heard
from journeys.drawing import Layout, Picture
from journeys.events import Command
from journeys.halts import Scope
from journeys.library import Library
from journeys.lifecycle import Act, Running
from journeys.lifecycle import Refused as ActRefused
from journeys.personas import Persona
from journeys.receipts import Receipt
from journeys.signatures import Meaning, Party
from journeys.versions import VersionState


class CommandRefusedError(Exception):
    """The run does not take the command; `refused` says why and what it would take."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.detail)
        self.refused = refused


class ConductorUnavailableError(Exception):
    """The run cannot be reached now, or has been requested and not started yet. The same command may be sent again with the same key."""


class Clock(Protocol):
    """Journey time. The expiry of tokens is counted in real time and does not ask this clock."""

    def now(self) -> datetime: ...


class Conductors(Protocol):
    """The running journeys."""

    async def command(self, enrolment_id: str, command: Command) -> Receipt:
        """Put a human command to a run, once under its id; the answer comes when the run has moved and its tasks are in the store.

        Raises CommandRefusedError and ConductorUnavailableError.
        """
        ...


class Relay(Protocol):
    async def nudge(self) -> int:
        """Hand over what the outbox holds, and return how many rows were. What cannot be handed over now is handed over later."""
        ...


class Counts(Protocol):
    def dropped(self, what: str, reason: str) -> None:
        """Count something that was refused, put off or taken for a repeat, by what it was and why, in codes."""
        ...

    def told(self) -> bytes:
        """Every counter of this process, in the text format of Prometheus."""
        ...


class Health(Protocol):
    async def troubles(self) -> Mapping[str, str]:
        """The parts that cannot be reached now, each with what to look at; empty when all is well."""
        ...


class Users(Protocol):
    async def find(self, user_id: str) -> UserRow | None:
        """An active user."""
        ...

    async def may_work(self, user_id: str, *, role: str, territory_id: str | None) -> bool:
        """Whether the user is active, has the role and is aligned to the territory."""
        ...

    async def change_pin(self, who: Who, *, old: str, new: str, now: datetime) -> ActRefused | None:
        """Give the user another signing PIN, audited; refused where the old one is not theirs."""
        ...


class Idempotency(Protocol):
    async def claim(self, once: Once, *, now: datetime) -> Claim:
        """Note what is asked under a key, or say what became of it before."""
        ...

    async def settle(self, once: Once, *, status: int, response: dict[str, object]) -> None:
        """Keep the answer. The first one stands."""
        ...

    async def release(self, once: Once) -> None:
        """Forget a request that was refused, so that nothing happened; one that was answered stays."""
        ...


class People(Protocol):
    async def page(self, who: Who, *, market: str | None, persona: str | None, name: str | None, cut: Slice) -> Batch[PersonRow]:
        """People by family name. `persona` is given for commercial roles only; `name` is a part of either name."""
        ...

    async def find(self, who: Who, person_id: str) -> PersonRow | None: ...

    async def commercial(self, person_id: str) -> CommercialProfile: ...

    async def medical(self, person_id: str) -> MedicalProfile: ...

    async def set_mobile(self, who: Who, person_id: str, mobile: str | None, *, now: datetime) -> None:
        """Put the person's mobile number on record, or take it off. The number it already has changes nothing."""
        ...


class Timelines(Protocol):
    async def of_person(self, who: Who, person_id: str, *, newest_first: bool, cut: Slice) -> Batch[TimelineRow]: ...

    async def of_enrolment(self, who: Who, enrolment_id: str, *, newest_first: bool, cut: Slice) -> Batch[TimelineRow]: ...


class Definitions(Protocol):
    """Versions of journeys as they are read. Whoever looks at one sees what time has brought to it until `now`."""

    async def page(
        self, *, journey: str | None, states: frozenset[VersionState], product: str | None, persona: str | None, now: datetime, cut: Slice
    ) -> Batch[VersionRow]:
        """The versions in these states, by journey, latest version first."""
        ...

    async def find(self, journey: str, version: int | None, *, now: datetime) -> VersionRow | None:
        """A version; where none is named the one that an HCP enters now, else the latest that was published."""
        ...

    async def history(self, journey: str, version: int) -> tuple[ActRow, ...]:
        """Every act of the version's life with its reason, the first one first."""
        ...

    async def read(self, keys: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], Definition]:
        """The definitions of several versions at once. Published ones never change, so the store may keep them at hand."""
        ...

    async def personas(self) -> Mapping[str, Persona]:
        """The personas of the library as last imported, by id."""
        ...

    async def library(self) -> Library:
        """What a text is judged against: the library as runs meet it now."""
        ...


@dataclass(frozen=True, kw_only=True)
class AskedSignature:
    """What somebody asks to sign: for whom, in which capacity, which text, and the PIN that proves who asks."""

    party: Party
    meaning: Meaning | None
    """None: authorship for an author, approval for anybody else."""
    digest: str
    pin: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AskedRelease:
    """How a version is to be put in force."""

    since: datetime | None = None
    """From when HCPs may enter; now, where it is None."""
    running: Running | None = None
    """What becomes of those who are in earlier versions."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Where those go who migrate and whose step is gone."""


Acted = VersionRow | ActRefused | Unclean
"""The version after the act, or why the act was not done."""


class Lifecycles(Protocol):
    """The acts of a version's life, each in one transaction with its audit line, and once under its request. None: there is no such version."""

    async def draft(self, who: Who, definition: Definition, *, source: str, reason: str, once: Once, now: datetime) -> Acted: ...

    async def replace(self, who: Who, definition: Definition, *, source: str, reason: str, once: Once, now: datetime) -> Acted | None:
        """Give a draft another text."""
        ...

    async def act(self, who: Who, journey: str, version: int, act: Act, *, reason: str, once: Once, now: datetime) -> Acted | None:
        """Submit, send back, withdraw, drain or retire."""
        ...

    async def sign(self, who: Who, journey: str, version: int, asked: AskedSignature, *, once: Once, now: datetime) -> Acted | None: ...

    async def publish(self, who: Who, journey: str, version: int, asked: AskedRelease, *, reason: str, once: Once, now: datetime) -> Acted | None:
        """Put a signed version in force."""
        ...


@dataclass(frozen=True)
class NotEnrolled:
    """Why an HCP may not enter: a code of docs/problems.md and what stands in the way."""

    code: str
    detail: str


@dataclass(frozen=True)
class CountChanged:
    """Another number of runs is concerned by now than the one that was told."""

    runs: int


class Halts(Protocol):
    """Pauses and stops. What is written holds at the gate and at the door when the transaction commits; the runs are told after it."""

    async def count(self, scope: Scope, value: str) -> Concerned:
        """How many runs lie in the scope."""
        ...

    async def page(self, *, in_force: bool, cut: Slice) -> Batch[HaltLine]:
        """Halts, latest first."""
        ...

    async def find(self, halt_id: str) -> HaltLine | None: ...

    async def impose(self, who: Who, halt: NewHalt, *, remark: str, once: Once, now: datetime) -> HaltDone | CountChanged:
        """Write the halt and the operation that tells its runs, audited. `CountChanged` where another count was expected: nothing is done."""
        ...

    async def lift(self, who: Who, halt_id: str, lift: LiftHalt, *, remark: str, now: datetime) -> HaltDone | None:
        """Lift the halt, and have the runs that were told of it catch up; None where it was lifted before."""
        ...


class Operations(Protocol):
    """Acts on many runs, one after the other."""

    async def page(self, *, cut: Slice) -> Batch[OperationLine]:
        """Operations, latest first."""
        ...

    async def find(self, operation_id: str) -> OperationLine | None: ...

    async def items(self, operation_id: str, *, result: str | None, cut: Slice) -> Batch[ItemLine]:
        """What became of each run, in the order in which they are acted on."""
        ...

    async def steer(self, who: Who, operation_id: str, how: Literal["hold", "go_on", "stop"], *, remark: str, now: datetime) -> OperationLine | None:
        """Hold it, let it go on or stop it for good, audited; None where it is over."""
        ...


class Migrations(Protocol):
    async def preview(self, plan: PlanMigration) -> MigrationPreview:
        """Where everybody on the source version would stand on the target. The source was published, the target is signed or published. Nothing happens."""
        ...

    async def begin(self, who: Who, migration: NewMigration, *, remark: str, once: Once, now: datetime) -> OperationLine:
        """Begin to move them, audited."""
        ...


class Repairs(Protocol):
    async def page(
        self, *, kind: str | None, journey: str | None, reason: str | None, since_before: datetime | None, now: datetime, cut: Slice
    ) -> Batch[TroubleLine]:
        """Lines of runs that are held, overdue or stuck, those that stand there longest first."""
        ...

    async def begin(self, who: Who, repair: RepairMany, *, remark: str, once: Once, now: datetime) -> OperationLine:
        """Begin to act on all that the filters leave, audited."""
        ...

    async def note(self, who: Who, enrolment_id: str, repair: Repair, *, remark: str, now: datetime) -> None:
        """Audit one act on one run."""
        ...


class Watch(Protocol):
    async def page(self, *, cut: Slice) -> Batch[AlarmLine]:
        """Alarms that stand, the oldest first."""
        ...


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


class Tasks(Protocol):
    async def page(
        self,
        who: Who,
        *,
        status: str | None,
        due_before: datetime | None,
        assignee: Literal["me", "none", "all"],
        person_id: str | None,
        cut: Slice,
    ) -> Batch[TaskRow]:
        """Tasks of the sides that the asker sees, by when they are due."""
        ...

    async def find(self, who: Who, task_id: str) -> TaskRow | None: ...

    async def open_of(self, who: Who, enrolment_id: str) -> tuple[TaskRow, ...]:
        """The run's open tasks that the asker may see, the first due first: one for each line that stands at one."""
        ...


class Notifications(Protocol):
    async def page(self, who: Who, *, unread: bool | None, cut: Slice) -> Batch[NotificationRow]:
        """The asker's own: those not read yet first, the latest first."""
        ...

    async def read(self, who: Who, notification_id: str, *, now: datetime) -> NotificationRow | None:
        """Note that one of the asker's own was read; the first time stands."""
        ...


class Knowledge(Protocol):
    """What users tell of an HCP, and what they decide on what journeys propose."""

    async def tell(self, who: Who, person_id: str, facts: Mapping[str, Value | None], *, reason: str, side: str, once: Once, now: datetime) -> tuple[str, ...]:
        """Write down how facts stand now, audited with the reason, and tell the person's runs. Returns the names of those that are others now."""
        ...

    async def proposals(self, person_id: str, *, status: str | None, cut: Slice) -> Batch[ProposalRow]:
        """What journeys propose of the person, latest first."""
        ...

    async def decide(
        self, who: Who, person_id: str, proposal_id: str, decision: Literal["accepted", "dismissed"], *, reason: str, once: Once, now: datetime
    ) -> tuple[ProposalRow, bool] | None:
        """Accept or dismiss a proposal, audited with the reason. False beside it: it had been decided before. None: there is no such proposal."""
        ...


class Remarks(Protocol):
    async def keep(self, who: Who, words: str, *, side: str, once: Once, now: datetime) -> str:
        """Store the words under an id that follows from the request, and return the id."""
        ...


class Inquiries(Protocol):
    async def record(self, who: Who, person: PersonRow, *, product: str, question: str, once: Once, now: datetime) -> InquiryRow: ...

    async def page(self, who: Who, *, status: str | None, person_id: str | None, cut: Slice) -> Batch[InquiryRow]:
        """Inquiries, latest first, without their words."""
        ...

    async def find(self, who: Who, inquiry_id: str) -> InquiryRow | None: ...

    async def words(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryText:
        """The HCP's own words and the answer. Asked for medical roles and compliance only; each reading is audited."""
        ...

    async def take(self, who: Who, inquiry_id: str, *, now: datetime) -> InquiryRow: ...

    async def answer(self, who: Who, inquiry_id: str, *, answer: str, now: datetime) -> InquiryRow | None:
        """Store the answer; None where another answer is on record already."""
        ...


class Consents(Protocol):
    async def of_person(self, person_id: str) -> tuple[ConsentLine, ...]:
        """Every act on record, oldest first."""
        ...

    async def objected_at(self, person_id: str) -> datetime | None: ...

    async def record(self, who: Who, person: PersonRow, consent: NewConsent, *, once: Once, now: datetime) -> ConsentLine: ...

    async def withdraw(self, who: Who, person: PersonRow, withdrawal: NewWithdrawal, *, once: Once, now: datetime) -> ConsentLine: ...

    async def object(self, who: Who, person: PersonRow, objection: NewObjection, *, once: Once, now: datetime) -> datetime:
        """Record the objection, once per person, and return when it was made."""
        ...


class Contents(Protocol):
    async def page(self, *, state: str | None, product: str | None, expires_before: datetime | None, now: datetime, cut: Slice) -> Batch[ContentLine]:
        """Content by id and version, each in its state at `now`."""
        ...

    async def find(self, ref: ContentRef, *, now: datetime) -> ContentLine | None: ...

    async def versions(self, refs: Sequence[ContentRef]) -> Mapping[ContentRef, ContentVersion]: ...


class Touches(Protocol):
    async def heard(
        self, *, source: str, source_id: str, touch: str | None, message_id: str | None, heard: Heard, at: datetime, now: datetime
    ) -> Literal["stored", "repeated", "unknown"]:
        """Store what was heard of a touch, once by its source's id and once per touch and kind, and tell the run. What is heard of invitations
        alone is unknown of any other touch."""
        ...

    async def click(self, touch: str, link: str, *, now: datetime) -> ClickTarget | None:
        """Note the first click and say where the link leads; None where there is no such touch or link."""
        ...

    async def named(self, code: str) -> str | None:
        """The key of the touch with this short code."""
        ...

    async def channel_of(self, touch: str) -> str | None:
        """The name of the channel by which the touch went out; None where there is no such touch."""
        ...

    async def invitation(self, touch: str, *, now: datetime) -> InvitationRow | None:
        """What the touch invites to; None where there is no such touch or it is no invitation."""
        ...

    async def answer(self, touch: str, answer: Heard, *, now: datetime) -> Heard:
        """Store the answer to an invitation, once, tell the run, and return the answer that stands: who has declined has declined."""
        ...

    async def unsubscribe(self, touch: str, *, now: datetime) -> bool:
        """Withdraw the recipient's consent for the touch's channel and purpose, if it is not withdrawn already. False: no such touch."""
        ...


Arrange = Callable[[Picture], Layout]
"""Finds the places of a picture. The same picture gets the same places."""


class Events(Protocol):
    async def take(self, event: NewEvent, *, now: datetime) -> tuple[EventRow, bool]:
        """Store an event of the outside, once by its source's id, and do what follows from it. Also whether it had been taken before."""
        ...

    async def page(self, who: Who, *, standing: str | None, event: str | None, person_id: str | None, late: bool | None, cut: Slice) -> Batch[EventRow]:
        """Events of the sides that the asker sees, latest first."""
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


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """How another system says that a body is its own: the three headers of Standard Webhooks."""

    id: str
    timestamp: str
    signature: str = field(repr=False)


@dataclass(frozen=True)
class AnswerRefused:
    """Why the answer of another system is not taken."""

    code: Code
    detail: str
    allowed: tuple[str, ...] = ()


class Requests(Protocol):
    async def of_enrolment(self, who: Who, enrolment_id: str, *, cut: Slice) -> Batch[RequestRow]:
        """The requests of a run to other systems, the first one first; none for who does not see commercial things."""
        ...

    async def genuine(self, key: str, stamp: Stamp, body: bytes) -> bool | None:
        """Whether the system that was asked stamped this body for this request, just now; None where there is no such request."""
        ...

    async def answer(self, key: str, answer: str, *, now: datetime) -> RequestRow | AnswerRefused:
        """Take the answer once and tell the run; one that comes after the run has moved on is kept as late. The request is on record."""
        ...


@dataclass(frozen=True)
class Ports:
    """The house as the front desk sees it, built once by the wiring."""

    clock: Clock
    conductors: Conductors
    relay: Relay
    health: Health
    counts: Counts
    users: Users
    idempotency: Idempotency
    people: People
    timelines: Timelines
    definitions: Definitions
    lifecycles: Lifecycles
    enrolments: Enrolments
    tasks: Tasks
    notifications: Notifications
    knowledge: Knowledge
    remarks: Remarks
    inquiries: Inquiries
    consents: Consents
    contents: Contents
    touches: Touches
    arrange: Arrange
    events: Events
    sweeps: Sweeps
    requests: Requests
    channels: tuple[str, ...]
    """The names of the channels that this installation sends by."""
    halts: Halts
    operations: Operations
    migrations: Migrations
    repairs: Repairs
    watch: Watch
