"""A house of dictionaries behind the front desk: it keeps the promises of the ports and nothing longer than a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.idempotency import Claim, Once
from api.ports import Brought, CommandRefusedError, NotEnrolled, Ports
from api.ports.preferences import Agent
from api.rows import (
    ActRow,
    CallReportRow,
    CrossingRow,
    EnrolmentRow,
    EventRow,
    FactInRow,
    InquiryRow,
    InquiryText,
    InvitationRow,
    NotificationRow,
    OptInRow,
    PersonRow,
    ProposalRow,
    ReplyRow,
    RequestRow,
    SweepResultRow,
    SweepRow,
    TaskRow,
    TimelineRow,
    UserRow,
    VersionRow,
)
from api.schemas.consents import ConsentLine
from api.schemas.markets import MarketRead
from api.schemas.operations import (
    AlarmLine,
    HaltLine,
    ItemLine,
    OperationLine,
    TroubleLine,
)
from api.schemas.organisations import ApprovalLine, OrganisationLine
from api.schemas.people import CommercialProfile, MedicalProfile
from api.schemas.recalls import Withdrawn
from api.schemas.why import WhyLine
from api.who import Who
from journeys.acceptance import Refused
from journeys.choosing import Chosen
from journeys.conditions import Value
from journeys.consent_texts import ConsentText
from journeys.content import ContentVersion
from journeys.definitions import ContentRef
from journeys.drawing import Box, Layout, Picture
from journeys.events import Command
from journeys.library import Library
from journeys.lifecycle import Refusal as ActRefusal
from journeys.lifecycle import Refused as ActRefused
from journeys.personas import Persona
from journeys.receipts import Receipt
from journeys.restricted import RestrictedWord
from journeys.signatures import ALWAYS
from journeys.versions import Policies
from tests.api.asking import FakeCoverages, FakeFirewall, FakeFulfilment, FakeInquiries, FakeResponses
from tests.api.consenting import FakeConsents, FakeEvidence, FakePreferences
from tests.api.fake_safety import FakeSafety, Shelf
from tests.api.keeping import FakeChoices, FakeContentSystems, FakeRecalls, FakeWords
from tests.api.living import FakeDefinitions, FakeLifecycles
from tests.api.of_world import OfWorld
from tests.api.operating import FakeHalts, FakeMigrations, FakeOperations, FakeRepairs, FakeSweeps, FakeWatch
from tests.api.reporting import FakeCallReports, FakeCrmRecords, FakeEvents, FakeFactsIn, FakeReplies, FakeRequests
from tests.api.ruling import FakeJudgements, FakeMarkets
from tests.api.touching import FakeContents, FakeOccasions, FakeTouchBook, FakeTouches
from tests.api.visiting import FakeOrganisations, a_place
from tests.api.working import FakeEnrolments, FakeKnowledge, FakeNotifications, FakePeople, FakeRemarks, FakeTasks, FakeTimelines
from tests.builders import NOW, a_library


@dataclass
class World:
    """All that the fakes know. Tests fill it and look into it."""

    now: datetime = NOW
    users: dict[str, UserRow] = field(default_factory=dict)
    alignments: set[tuple[str, str]] = field(default_factory=set)
    people: dict[str, PersonRow] = field(default_factory=dict)
    organisations: dict[str, OrganisationLine] = field(default_factory=lambda: {"org-1": a_place()})
    """Where everybody works."""
    approvals: list[ApprovalLine] = field(default_factory=list)
    commercial: dict[str, CommercialProfile] = field(default_factory=dict)
    medical: dict[str, MedicalProfile] = field(default_factory=dict)
    lines: list[TimelineRow] = field(default_factory=list)
    remark_sides: dict[str, str] = field(default_factory=dict)
    definitions: dict[tuple[str, int], VersionRow] = field(default_factory=dict)
    acts_of_versions: list[tuple[tuple[str, int], ActRow]] = field(default_factory=list)
    policies: Policies = field(default_factory=lambda: {"SE": ALWAYS})
    library: Library = field(default_factory=a_library)
    pins: dict[str, str] = field(default_factory=dict)
    personas: dict[str, Persona] = field(default_factory=dict)
    enrolments: dict[str, EnrolmentRow] = field(default_factory=dict)
    requests: dict[str, RequestRow] = field(default_factory=dict)
    not_enrolled: NotEnrolled | None = None
    tasks: dict[str, TaskRow] = field(default_factory=dict)
    notifications: dict[str, NotificationRow] = field(default_factory=dict)
    facts: dict[str, dict[str, Value | None]] = field(default_factory=dict)
    proposals: dict[str, ProposalRow] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    inquiries: dict[str, InquiryRow] = field(default_factory=dict)
    safety: Shelf = field(default_factory=Shelf)
    words: dict[str, InquiryText] = field(default_factory=dict)
    inquiry_tasks: dict[str, TaskRow] = field(default_factory=dict)
    """The open task of a journey that waits for an inquiry, by the inquiry."""
    crossings: list[CrossingRow] = field(default_factory=list)
    acts: list[ConsentLine] = field(default_factory=list)
    texts: dict[str, ConsentText] = field(default_factory=dict)
    chosen: set[str] = field(default_factory=set)
    opt_ins: dict[str, OptInRow] = field(default_factory=dict)
    agents: list[Agent] = field(default_factory=list)
    objections: dict[str, datetime] = field(default_factory=dict)
    contents: dict[ContentRef, ContentVersion] = field(default_factory=dict)
    recalls: dict[ContentRef, Withdrawn] = field(default_factory=dict)
    touches: dict[str, dict[str, str]] = field(default_factory=dict)
    """The links of each touch's content, by the touch's key."""
    codes: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    invitations: dict[str, InvitationRow] = field(default_factory=dict)
    heard: set[tuple[str, str]] = field(default_factory=set)
    withdrawn: list[str] = field(default_factory=list)
    halts: dict[str, HaltLine] = field(default_factory=dict)
    operations: dict[str, OperationLine] = field(default_factory=dict)
    items: list[ItemLine] = field(default_factory=list)
    in_trouble: list[TroubleLine] = field(default_factory=list)
    alarms: list[AlarmLine] = field(default_factory=list)
    calls: dict[str, CallReportRow] = field(default_factory=dict)
    replies: dict[str, ReplyRow] = field(default_factory=dict)
    brought: list[tuple[str, Brought]] = field(default_factory=list)
    facts_in: list[FactInRow] = field(default_factory=list)
    restricted: tuple[RestrictedWord, ...] = ()
    said: list[tuple[str, str]] = field(default_factory=list)
    """What content systems said."""
    choices: dict[str, tuple[ContentRef, Chosen]] = field(default_factory=dict)
    noted: list[tuple[str, str, str]] = field(default_factory=list)
    """Path, place and word of restricted words that were taken."""
    dropped: list[tuple[str, str]] = field(default_factory=list)
    audit: list[tuple[str, str]] = field(default_factory=list)
    keys: dict[tuple[str, str], tuple[str, dict[str, Any] | None]] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    receipt: Receipt | None = None
    refusal: Refused | None = None
    trouble: Exception | None = None
    troubles: dict[str, str] = field(default_factory=dict)
    events: dict[tuple[str, str], EventRow] = field(default_factory=dict)
    sweeps: dict[str, SweepRow] = field(default_factory=dict)
    sweep_results: list[SweepResultRow] = field(default_factory=list)
    markets: dict[str, MarketRead] = field(default_factory=dict)
    judged: list[WhyLine] = field(default_factory=list)
    nudges: int = 0
    relay_is_down: bool = False

    def in_scope(self, who: Who, person_id: str) -> bool:
        person = self.people.get(person_id)
        return person is not None and (not who.in_the_field or (who.id, person.territory_id or "") in self.alignments)


class FakeClock(OfWorld):
    def now(self) -> datetime:
        return self.world.now


class FakeConductors(OfWorld):
    async def command(self, enrolment_id: str, command: Command) -> Receipt:
        if self.world.trouble is not None:
            raise self.world.trouble
        if self.world.refusal is not None:
            raise CommandRefusedError(self.world.refusal)
        self.world.commands.append(command)
        assert self.world.receipt is not None, "give the world a receipt"
        return self.world.receipt


class FakeRelay(OfWorld):
    async def nudge(self) -> int:
        self.world.nudges += 1
        if self.world.relay_is_down:
            raise ConnectionRefusedError
        return 0


class FakeHealth(OfWorld):
    async def troubles(self) -> Mapping[str, str]:
        return self.world.troubles


class FakeUsers(OfWorld):
    async def find(self, user_id: str) -> UserRow | None:
        return self.world.users.get(user_id)

    async def may_work(self, user_id: str, *, role: str, territory_id: str | None) -> bool:
        user = self.world.users.get(user_id)
        return user is not None and user.role == role and (user_id, territory_id or "") in self.world.alignments

    async def change_pin(self, who: Who, *, old: str, new: str, now: datetime) -> ActRefused | None:
        if self.world.pins.get(who.id) != old:
            return ActRefused(code=ActRefusal.PIN_WRONG, detail="Not the PIN.")
        self.world.pins[who.id] = new
        return None


class FakeIdempotency(OfWorld):
    async def claim(self, once: Once, *, now: datetime) -> Claim:
        digest, response = self.world.keys.setdefault((once.user_id, once.key), (once.digest, None))
        if digest != once.digest:
            return Claim("reused")
        return Claim("new") if response is None else Claim("answered", response)

    async def settle(self, once: Once, *, status: int, response: dict[str, Any]) -> None:
        self.world.keys[once.user_id, once.key] = (once.digest, response)

    async def release(self, once: Once) -> None:
        self.world.keys.pop((once.user_id, once.key), None)


def in_a_column(picture: Picture) -> Layout:
    """Places for a picture: one box below the other, and no lines."""
    boxes = tuple(Box(**node.model_dump(), x=0, y=100 * number, width=200, height=80) for number, node in enumerate(picture.nodes))
    head = picture.model_dump(include={"journey", "version", "title"})
    return Layout(**head, width=200, height=100 * len(boxes), nodes=boxes, edges=())


class FakeCounts(OfWorld):
    def dropped(self, what: str, reason: str) -> None:
        self.world.dropped.append((what, reason))

    def told(self) -> bytes:
        return b"dirigent_dropped_total 1.0\n"


def ports(world: World) -> Ports:
    """The house over a world."""
    return Ports(
        clock=FakeClock(world),
        conductors=FakeConductors(world),
        relay=FakeRelay(world),
        health=FakeHealth(world),
        counts=FakeCounts(world),
        users=FakeUsers(world),
        idempotency=FakeIdempotency(world),
        organisations=FakeOrganisations(world),
        people=FakePeople(world),
        timelines=FakeTimelines(world),
        definitions=FakeDefinitions(world),
        lifecycles=FakeLifecycles(world),
        enrolments=FakeEnrolments(world),
        tasks=FakeTasks(world),
        notifications=FakeNotifications(world),
        knowledge=FakeKnowledge(world),
        remarks=FakeRemarks(world),
        inquiries=FakeInquiries(world),
        fulfilment=FakeFulfilment(world),
        responses=FakeResponses(world),
        coverages=FakeCoverages(world),
        firewall=FakeFirewall(world),
        safety=FakeSafety(world.safety),
        consents=FakeConsents(world),
        preferences=FakePreferences(world),
        evidence=FakeEvidence(world),
        printed=lambda pack: f"%PDF {pack.digest}".encode(),
        contents=FakeContents(world),
        recalls=FakeRecalls(world),
        touches=FakeTouches(world),
        occasions=FakeOccasions(world),
        ledger=FakeTouchBook(world),
        arrange=in_a_column,
        events=FakeEvents(world),
        sweeps=FakeSweeps(world),
        requests=FakeRequests(world),
        channels=("email", "sms"),
        halts=FakeHalts(world),
        operations=FakeOperations(world),
        migrations=FakeMigrations(world),
        repairs=FakeRepairs(world),
        watch=FakeWatch(world),
        markets=FakeMarkets(world),
        judgements=FakeJudgements(world),
        facts_in=FakeFactsIn(world),
        call_reports=FakeCallReports(world),
        crm_records=FakeCrmRecords(world),
        replies=FakeReplies(world),
        words=FakeWords(world),
        choices=FakeChoices(world),
        content_systems=FakeContentSystems(world),
    )
