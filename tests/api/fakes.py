"""A house of dictionaries behind the front desk: it keeps the promises of the ports and nothing longer than a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from api.cloudevents import CloudEvent
from api.codes import Code
from api.evidence import sealed
from api.idempotency import Claim, Once
from api.paging import Batch, Slice
from api.ports import AnswerRefused, Brought, CommandRefusedError, CountChanged, NotEnrolled, NotLetIn, NotSettled, Ports, Stamp
from api.ports.preferences import Agent
from api.ports.safety import SafetyNoticeRow
from api.rows import (
    ActRow,
    CallReportRow,
    ClickTarget,
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
    PreferenceLine,
    PreferenceRow,
    ProposalRow,
    ReplyRow,
    RequestRow,
    Rescheduled,
    SweepResultRow,
    SweepRow,
    TaskRow,
    TimelineRow,
    Unchangeable,
    UserRow,
    VersionRow,
)
from api.schemas.bulk_enrolments import NewBulkEnrolment
from api.schemas.call_reports import NewCallReport
from api.schemas.consents import ConsentLine, NewConsent, NewObjection, NewOptIn, NewWithdrawal
from api.schemas.content import ContentLine
from api.schemas.crm import CrmRecordLine
from api.schemas.events import NewEvent
from api.schemas.evidence import ConsentEvidence, EvidencePack
from api.schemas.expiring import ExpiringLine
from api.schemas.markets import MarketRead
from api.schemas.operations import (
    AlarmLine,
    Concerned,
    Counts,
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
from api.schemas.organisations import ApprovalLine, OrganisationLine
from api.schemas.people import CommercialProfile, MedicalProfile
from api.schemas.recalls import Withdrawn
from api.schemas.touches import CopyRead, HoldCopies, SettleTouch, TouchLine, TouchRead
from api.schemas.why import WhyLine
from api.who import Who
from journeys.acceptance import Refused
from journeys.choosing import Chosen
from journeys.conditions import Value
from journeys.consent_texts import ConsentText
from journeys.consents import ConsentAct
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Definition, Heard
from journeys.drawing import Box, Layout, Picture
from journeys.events import Command
from journeys.facts import Wall
from journeys.halts import Scope
from journeys.library import Library
from journeys.lifecycle import Refusal as ActRefusal
from journeys.lifecycle import Refused as ActRefused
from journeys.personas import Persona
from journeys.receipts import Receipt
from journeys.restricted import RestrictedWord
from journeys.signatures import ALWAYS
from journeys.touches import TouchEvent
from journeys.versions import Policies
from tests.api.asking import FakeCoverages, FakeFirewall, FakeFulfilment, FakeInquiries, FakeResponses
from tests.api.fake_safety import FakeSafety, Shelf
from tests.api.keeping import FakeChoices, FakeContentSystems, FakeRecalls, FakeWords
from tests.api.living import FakeDefinitions, FakeLifecycles
from tests.api.ruling import FakeJudgements, FakeMarkets
from tests.api.slicing import sliced
from tests.api.visiting import FakeOrganisations, a_place
from tests.builders import NOW, a_library

TOUCH = "enr1.follow-up.1"
"""The touch that the ledger knows."""


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


class _OfWorld:
    def __init__(self, world: World) -> None:
        self.world = world


class FakeClock(_OfWorld):
    def now(self) -> datetime:
        return self.world.now


class FakeConductors(_OfWorld):
    async def command(self, enrolment_id: str, command: Command) -> Receipt:
        if self.world.trouble is not None:
            raise self.world.trouble
        if self.world.refusal is not None:
            raise CommandRefusedError(self.world.refusal)
        self.world.commands.append(command)
        assert self.world.receipt is not None, "give the world a receipt"
        return self.world.receipt


class FakeRelay(_OfWorld):
    async def nudge(self) -> int:
        self.world.nudges += 1
        if self.world.relay_is_down:
            raise ConnectionRefusedError
        return 0


class FakeHealth(_OfWorld):
    async def troubles(self) -> Mapping[str, str]:
        return self.world.troubles


class FakeUsers(_OfWorld):
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


class FakeIdempotency(_OfWorld):
    async def claim(self, once: Once, *, now: datetime) -> Claim:
        digest, response = self.world.keys.setdefault((once.user_id, once.key), (once.digest, None))
        if digest != once.digest:
            return Claim("reused")
        return Claim("new") if response is None else Claim("answered", response)

    async def settle(self, once: Once, *, status: int, response: dict[str, Any]) -> None:
        self.world.keys[once.user_id, once.key] = (once.digest, response)

    async def release(self, once: Once) -> None:
        self.world.keys.pop((once.user_id, once.key), None)


class FakePeople(_OfWorld):
    async def page(self, who: Who, *, market: str | None, persona: str | None, name: str | None, cut: Slice) -> Batch[PersonRow]:
        rows = [person for person in self.world.people.values() if self.world.in_scope(who, person.id)]
        rows = [row for row in rows if market in {None, row.market} and (name or "").lower() in f"{row.given_name} {row.family_name}".lower()]
        return sliced([row for row in rows if persona in {None, self.world.commercial[row.id].persona}], cut)

    async def find(self, who: Who, person_id: str) -> PersonRow | None:
        return self.world.people[person_id] if self.world.in_scope(who, person_id) else None

    async def commercial(self, person_id: str) -> CommercialProfile:
        return self.world.commercial.get(person_id, CommercialProfile())

    async def medical(self, who: Who, person_id: str, *, now: datetime) -> MedicalProfile:
        self.world.audit.append((who.id, "medical_profile.read"))
        return self.world.medical.get(person_id, MedicalProfile())

    async def reopen(self, who: Who, person_id: str, channel: str, *, remark: str, now: datetime) -> bool:
        row = self.world.people[person_id]
        self.world.people[person_id] = replace(row, closed=tuple(name for name in row.closed if name != channel))
        return channel in row.closed

    async def set_mobile(self, who: Who, person_id: str, mobile: str | None, *, now: datetime) -> None:
        person = self.world.people[person_id]
        others = tuple(name for name in person.addresses if name != "mobile")
        self.world.people[person_id] = replace(person, addresses=(*others, "mobile") if mobile else others)


class FakeTimelines(_OfWorld):
    async def of_person(self, who: Who, person_id: str, *, newest_first: bool, cut: Slice, now: datetime) -> Batch[TimelineRow]:
        return self._page(who, [line for line in self.world.lines if line.person_id == person_id], newest_first, cut)

    async def of_enrolment(self, who: Who, enrolment_id: str, *, newest_first: bool, cut: Slice, now: datetime) -> Batch[TimelineRow]:
        return self._page(who, [line for line in self.world.lines if line.enrolment_id == enrolment_id], newest_first, cut)

    def _page(self, who: Who, lines: list[TimelineRow], newest_first: bool, cut: Slice) -> Batch[TimelineRow]:
        seen = [line for line in sorted(lines, key=lambda line: line.at, reverse=newest_first) if who.sees(line.side)]
        readable = [
            line if line.remark is None or who.sees(self.world.remark_sides.get(line.remark, "commercial")) else replace(line, remark=None) for line in seen
        ]
        return sliced(readable, cut)


class FakeEnrolments(_OfWorld):
    async def create(
        self, who: Who, person: PersonRow, definition: Definition, *, key: str | None = None, once: Once, now: datetime
    ) -> EnrolmentRow | NotEnrolled:
        if self.world.not_enrolled is not None:
            return self.world.not_enrolled
        row = EnrolmentRow(
            id=f"enr{once.id('enrolment')}",
            person_id=person.id,
            journey=definition.journey,
            version=definition.version,
            product=definition.product,
            purpose=definition.purpose,
            market=person.market,
            conductor=who.id,
            status="requested",
            step=None,
            doing=None,
            since=None,
            until=None,
            held_because=None,
            end_kind=None,
            end_reason=None,
            created_by=who.id,
            created_at=now,
            ended_at=None,
            entry_key=key,
        )
        self.world.enrolments[row.id] = row
        return row

    async def leave_queue(self, who: Who, enrolment_id: str, *, reason: str, now: datetime) -> bool:
        row = self.world.enrolments[enrolment_id]
        if row.status == "queued":
            self.world.enrolments[enrolment_id] = replace(row, status="ended", end_kind="left", end_reason=reason, ended_at=now)
        return row.status == "queued"

    async def page(
        self, who: Who, *, status: str | None, journey: str | None, person_id: str | None, cut: Slice, end_kind: str | None = None
    ) -> Batch[EnrolmentRow]:
        rows = [row for row in self.world.enrolments.values() if self.world.in_scope(who, row.person_id) and end_kind in {None, row.end_kind}]
        return sliced([row for row in rows if status in {None, row.status} and journey in {None, row.journey} and person_id in {None, row.person_id}], cut)

    async def find(self, who: Who, enrolment_id: str) -> EnrolmentRow | None:
        row = self.world.enrolments.get(enrolment_id)
        return row if row is not None and self.world.in_scope(who, row.person_id) else None


class FakeTasks(_OfWorld):
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
        rows = [row for row in self._seen(who) if status in {None, row.status} and person_id in {None, row.person.id}]
        rows = [row for row in rows if due_before is None or row.due < due_before]
        if assignee != "all":
            rows = [row for row in rows if row.assignee == (who.id if assignee == "me" else None)]
        return sliced(sorted(rows, key=lambda row: (row.due, row.id)), cut)

    async def find(self, who: Who, task_id: str) -> TaskRow | None:
        return next((row for row in self._seen(who) if row.id == task_id), None)

    async def open_of(self, who: Who, enrolment_id: str) -> tuple[TaskRow, ...]:
        rows = [row for row in self._seen(who) if row.enrolment_id == enrolment_id and row.status == "open"]
        return tuple(sorted(rows, key=lambda row: (row.due, row.id)))

    def _seen(self, who: Who) -> list[TaskRow]:
        return [row for row in self.world.tasks.values() if who.sees(row.side) and self.world.in_scope(who, row.person.id)]


class FakeNotifications(_OfWorld):
    async def page(self, who: Who, *, unread: bool | None, cut: Slice) -> Batch[NotificationRow | SafetyNoticeRow]:
        rows = [row for row in self._mine(who) if unread in {None, row.read_at is None}]
        return sliced(sorted(rows, key=lambda row: (row.read_at is None, row.at, row.id), reverse=True), cut)

    async def read(self, who: Who, notification_id: str, *, now: datetime) -> NotificationRow | SafetyNoticeRow | None:
        row = next((row for row in self._mine(who) if row.id == notification_id), None)
        if row is not None and row.read_at is None:
            row = self.world.notifications[notification_id] = replace(row, read_at=now)
        return row

    def _mine(self, who: Who) -> list[NotificationRow]:
        own = [row for row in self.world.notifications.values() if row.id.endswith(f".{who.id}") and who.sees(row.side)]
        return [row if row.person is not None and self.world.in_scope(who, row.person.id) else replace(row, person=None) for row in own]


class FakeKnowledge(_OfWorld):
    async def tell(self, who: Who, person_id: str, facts: Mapping[str, Value | None], *, reason: str, side: str, once: Once, now: datetime) -> tuple[str, ...]:
        known = self.world.facts.setdefault(person_id, {})
        changed = tuple(name for name, value in facts.items() if known.get(name) != value)
        known.update(facts)
        self.world.remarks[once.id("remark")] = reason
        self.world.remark_sides[reason] = side
        return changed

    async def proposals(self, person_id: str, *, status: str | None, cut: Slice) -> Batch[ProposalRow]:
        return sliced([row for row in self.world.proposals.values() if row.person_id == person_id and status in {None, row.status}], cut)

    async def decide(
        self, who: Who, person_id: str, proposal_id: str, decision: Literal["accepted", "dismissed"], *, reason: str, once: Once, now: datetime
    ) -> tuple[ProposalRow, bool] | None:
        row = self.world.proposals.get(proposal_id)
        if row is None or row.person_id != person_id:
            return None
        if row.status != "open":
            return row, False
        self.world.remarks[once.id("remark")] = reason
        self.world.proposals[row.id] = replace(row, status=decision, decided_by=who.id, decided_at=now)
        return self.world.proposals[row.id], True


class FakeRemarks(_OfWorld):
    async def keep(self, who: Who, words: str, *, side: str, once: Once, now: datetime) -> str:
        self.world.remarks[once.id("remark")] = words
        return once.id("remark")


class FakeConsents(_OfWorld):
    async def of_person(self, person_id: str) -> tuple[ConsentLine, ...]:
        return tuple(self.world.acts)

    async def texts(self, *, market: str | None, channel: str | None) -> tuple[ConsentText, ...]:
        return tuple(text for text in self.world.texts.values() if market in {None, text.market} and channel in {None, text.channel})

    async def text(self, text: str) -> ConsentText | None:
        return self.world.texts.get(text)

    async def counting(self, person_id: str) -> tuple[ConsentAct, ...]:
        return tuple(ConsentAct.model_validate(act.model_dump()) for act in self.world.acts)

    async def objected_at(self, person_id: str) -> datetime | None:
        return self.world.objections.get(person_id)

    async def record(self, who: Who, person: PersonRow, consent: NewConsent, *, once: Once, now: datetime) -> ConsentLine:
        told = consent.model_dump() | {"market": consent.market or person.market, "at": consent.at or now}
        return self._add(ConsentLine(id=once.id("consent"), act="given", captured_by=who.id, recorded_at=now, **told))

    async def withdraw(self, who: Who, person: PersonRow, withdrawal: NewWithdrawal, *, once: Once, now: datetime) -> ConsentLine:
        told = withdrawal.model_dump()
        return self._add(ConsentLine(id=once.id("consent"), act="withdrawn", captured_by=who.id, market=person.market, at=now, recorded_at=now, **told))

    async def object(self, who: Who, person: PersonRow, objection: NewObjection, *, once: Once, now: datetime) -> datetime:
        return self.world.objections.setdefault(person.id, now)

    def _add(self, act: ConsentLine) -> ConsentLine:
        self.world.acts.append(act)
        return act


class FakePreferences(_OfWorld):
    """Whoever has a touch is the recipient, and agreed to nothing at first."""

    async def of_touch(self, touch: str, *, now: datetime) -> PreferenceRow | None:
        if touch not in self.world.touches:
            return None
        lines = tuple(
            PreferenceLine(text.text, text.channel, text.product, {language: wording.text for language, wording in text.words.items()}, allowed, can)
            for text in self.world.texts.values()
            for allowed, can in [(text.text in self.world.chosen, text.channel == "email")]
        )
        return PreferenceRow(language=None, objected=touch in self.world.objections, lines=lines)

    async def give(self, touch: str, text: str, *, language: str, agent: Agent, now: datetime) -> bool:
        if self.world.texts[text].channel != "email":
            return False
        self.world.chosen.add(text)
        return True

    async def withdraw(self, touch: str, *, channel: str | None, product: str | None, agent: Agent, now: datetime) -> bool:
        gone = [text for text in self.world.chosen if channel in {None, self.world.texts[text].channel}]
        self.world.chosen.difference_update(gone)
        return channel in {None, *(text.channel for text in self.world.texts.values())}

    async def object(self, touch: str, *, now: datetime) -> None:
        self.world.objections[touch] = now

    async def ask(self, who: Who, person: PersonRow, opt_in: NewOptIn, text: ConsentText, *, once: Once, now: datetime) -> OptInRow:
        row = OptInRow("opt-1", text.channel, opt_in.product, text.text, text.words["sv"].text, "sv", now + timedelta(days=7), confirmed=False)
        return self.world.opt_ins.setdefault(row.id, row)

    async def opt_in(self, opt_in: str) -> OptInRow | None:
        return self.world.opt_ins.get(opt_in)

    async def confirm(self, opt_in: str, *, agent: Agent, now: datetime) -> bool:
        row = self.world.opt_ins[opt_in]
        if now >= row.until:
            return row.confirmed
        self.world.opt_ins[opt_in] = replace(row, confirmed=True)
        self.world.agents.append(agent)
        return True


class FakeEvidence(_OfWorld):
    async def of_person(self, who: Who, person: PersonRow, *, now: datetime) -> EvidencePack:
        self.world.audit.append((who.id, "evidence.read"))
        acts = tuple(ConsentEvidence.model_validate(act.model_dump()) for act in self.world.acts)
        told: dict[str, Any] = {"person_id": person.id, "name": f"{person.given_name} {person.family_name}", "market": person.market, "status": person.status}
        return sealed(EvidencePack(**told, ids={}, made_at=now, made_by=who.id, consents=acts, standing=(), touches=(), audit=()))


class FakeContents(_OfWorld):
    async def page(self, *, state: str | None, product: str | None, expires_before: datetime | None, now: datetime, cut: Slice) -> Batch[ContentLine]:
        lines = [_line(version, now) for version in self.world.contents.values()]
        return sliced([line for line in lines if state is None or line.state == state], cut)

    async def find(self, ref: ContentRef, *, now: datetime) -> ContentLine | None:
        return _line(self.world.contents[ref], now) if ref in self.world.contents else None

    async def expiring(self, *, within: timedelta, now: datetime, cut: Slice) -> Batch[ExpiringLine]:
        return sliced([], cut)

    async def versions(self, refs: Sequence[ContentRef]) -> Mapping[ContentRef, ContentVersion]:
        return {ref: self.world.contents[ref] for ref in refs if ref in self.world.contents}


def _line(version: ContentVersion, now: datetime) -> ContentLine:
    told = {name: getattr(version, name) for name in ContentLine.model_fields if name not in {"state", "approval", "expires", "languages"}}
    return ContentLine(**told, languages=tuple(version.letters or version.texts), state=version.state_at(now))


class FakeTouches(_OfWorld):
    async def heard(
        self, *, source: str, source_id: str, touch: str | None, message_id: str | None, heard: TouchEvent, at: datetime, now: datetime
    ) -> Literal["stored", "repeated", "unknown"]:
        if touch not in self.world.touches:
            return "unknown"
        before = len(self.world.heard)
        self.world.heard.add((touch or "", heard))
        return "stored" if len(self.world.heard) > before else "repeated"

    async def click(self, touch: str, link: str, *, now: datetime) -> ClickTarget | None:
        address = self.world.touches.get(touch, {}).get(link)
        if address is None:
            return None
        self.world.heard.add((touch, Heard.CLICKED))
        return ClickTarget(address)

    async def named(self, code: str) -> str | None:
        return self.world.codes.get(code)

    async def channel_of(self, touch: str) -> str | None:
        return self.world.channels.get(touch, "email") if touch in self.world.touches else None

    async def invitation(self, touch: str, *, now: datetime) -> InvitationRow | None:
        return self.world.invitations.get(touch)

    async def answer(self, touch: str, answer: Heard, *, now: datetime) -> Heard:
        self.world.heard.add((touch, answer))
        return Heard.DECLINED if (touch, Heard.DECLINED) in self.world.heard else answer

    async def unsubscribe(self, touch: str, *, now: datetime) -> bool:
        if touch in self.world.touches and touch not in self.world.withdrawn:
            self.world.withdrawn.append(touch)
        return touch in self.world.touches


class FakeTouchBook(_OfWorld):
    """One touch, whose result nobody knows."""

    def _one(self) -> TouchRead:
        told = {"key": TOUCH, "person_id": "person-astrid", "channel": "email", "purpose": "promotional", "product": "cardiolex", "state": "unknown"}
        return TouchRead.model_validate({**told, "attempt": 1, "at": self.world.now, "events": ()})

    async def page(self, who: Who, *, state: str | None, channel: str | None, person: str | None, alarm: bool, cut: Slice) -> Batch[TouchLine]:
        return sliced([TouchLine.model_validate(self._one().model_dump())] if state in {None, "unknown"} else [], cut)

    async def find(self, who: Who, key: str) -> TouchRead | None:
        return self._one() if key == TOUCH else None

    async def settle(self, who: Who, key: str, order: SettleTouch, *, remark: str, now: datetime) -> TouchRead | NotSettled | None:
        if key != TOUCH or order.again:
            return "not_repeatable" if key == TOUCH else None
        if (who.id, "touch.settled") in self.world.audit:
            return "touch_known"
        self.world.audit.append((who.id, "touch.settled"))
        return self._one().model_copy(update={"state": "accepted" if order.as_ == "sent" else "refused"})

    async def copies(self, who: Who, key: str, *, now: datetime) -> tuple[CopyRead, ...] | None:
        if key != TOUCH:
            return None
        if self.world.trouble is not None:
            raise self.world.trouble
        self.world.audit.append((who.id, "copy.read"))
        return ()

    async def hold(self, who: Who, key: str, order: HoldCopies, *, remark: str, now: datetime) -> int | None:
        return 1 if key == TOUCH else None


def in_a_column(picture: Picture) -> Layout:
    """Places for a picture: one box below the other, and no lines."""
    boxes = tuple(Box(**node.model_dump(), x=0, y=100 * number, width=200, height=80) for number, node in enumerate(picture.nodes))
    head = picture.model_dump(include={"journey", "version", "title"})
    return Layout(**head, width=200, height=100 * len(boxes), nodes=boxes, edges=())


class FakeOccasions(_OfWorld):
    async def change(self, who: Who, touch: str, *, starts: datetime | None, reason: str, once: Once, now: datetime) -> Rescheduled | Unchangeable:
        known = self.world.invitations.get(touch)
        if known is None:
            return Unchangeable.NO_INVITATION
        if known.called_off:
            return Unchangeable.CALLED_OFF
        begins = starts or known.starts
        self.world.invitations[touch] = InvitationRow(starts=begins, when=known.when, language=known.language, called_off=starts is None)
        return Rescheduled(touch, 1, begins, begins + timedelta(hours=1), called_off=starts is None)


class FakeFactsIn(_OfWorld):
    """A provider's body is its own proof: `genuine` or not."""

    async def bring(self, provider: str, brought: Brought, *, now: datetime) -> Mapping[str, int] | NotLetIn:
        self.world.brought.append((provider, brought))
        if provider != "sendgrid":
            return NotLetIn(Code.NOT_FOUND, "No such provider is set up here.")
        return {"heard": 1} if brought.body == b"genuine" else NotLetIn(Code.SIGNATURE_INVALID, "Not signed.")

    async def page(
        self, who: Who, *, standing: str | None, source: str | None, kind: str | None, person_id: str | None, late: bool | None, cut: Slice
    ) -> Batch[FactInRow]:
        asked = {"standing": standing, "source": source, "kind": kind, "person_id": person_id, "late": late}
        return sliced([row for row in self.world.facts_in if all(getattr(row, name) == value for name, value in asked.items() if value is not None)], cut)

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        return {"unknown_touch": len(self.world.facts_in)}


class FakeCallReports(_OfWorld):
    async def take(self, who: Who, report: NewCallReport, *, now: datetime) -> tuple[CallReportRow, bool]:
        told = report.model_dump(include={"source", "revised_at", "status", "rep", "product", "channel", "outcome", "at"})
        row = CallReportRow(
            id=f"call-{report.id}",
            source_id=report.id,
            standing="recorded",
            reason="no_task",
            person_id=report.person,
            task_id=None,
            late=False,
            arrived_at=now,
            **told,
        )
        known = row.source_id in self.world.calls
        return self.world.calls.setdefault(row.source_id, row), known

    async def page(
        self, who: Who, *, standing: str | None, reason: str | None, person_id: str | None, late: bool | None, safety: bool | None, cut: Slice
    ) -> Batch[CallReportRow]:
        return sliced([row for row in self.world.calls.values() if standing in {None, row.standing} and reason in {None, row.reason}], cut)

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        return {"recorded": len(self.world.calls)}


class FakeCrmRecords(_OfWorld):
    async def page(self, who: Who, *, kind: str | None, state: str | None, trouble: str | None, person_id: str | None, cut: Slice) -> Batch[CrmRecordLine]:
        return sliced([], cut)


class FakeReplies(_OfWorld):
    async def bring(self, provider: str, brought: Brought, *, now: datetime) -> str | NotLetIn:
        return "replied" if brought.body == b"genuine" else NotLetIn(Code.SIGNATURE_INVALID, "Not signed.")

    async def page(self, who: Who, *, standing: str | None, unread: bool | None, safety: bool | None, cut: Slice) -> Batch[ReplyRow]:
        return sliced([row for row in self.world.replies.values() if who.sees(row.side) and standing in {None, row.standing}], cut)

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        return {"replied": len(self.world.replies)}

    async def read(self, who: Who, reply_id: str, *, now: datetime) -> tuple[ReplyRow, str] | None:
        row = self.world.replies.get(reply_id)
        return (row, "Thank you.") if row is not None and who.sees(row.side) else None


class FakeEvents(_OfWorld):
    async def take(self, event: NewEvent, *, now: datetime) -> tuple[EventRow, bool]:
        key = (event.source, event.id)
        repeated = key in self.world.events
        person = event.person if event.person in self.world.people else None
        standing = "taken" if person is not None else "unknown_person"
        row = EventRow(f"event-{event.id}", event.source, event.id, event.event, event.key, person, standing, late=False, at=event.at, arrived_at=now)
        return self.world.events.setdefault(key, row), repeated

    async def page(self, who: Who, *, standing: str | None, event: str | None, person_id: str | None, late: bool | None, cut: Slice) -> Batch[EventRow]:
        rows = [row for row in self.world.events.values() if standing in {None, row.standing} and event in {None, row.event}]
        return sliced([row for row in rows if person_id in {None, row.person_id} and late in {None, row.late}], cut)

    async def take_cloud(self, event: CloudEvent, *, now: datetime) -> tuple[EventRow, bool]:
        told = {"source": event.source, "id": event.id, "event": event.type, "person": event.subject or "nobody", "at": event.time or now}
        return await self.take(NewEvent.model_validate(told), now=now)

    async def judge_again(self, who: Who, *, source: str | None, most: int, remark: str, now: datetime) -> Mapping[str, int]:
        return {"taken": 1}

    async def find(self, who: Who, event_id: str) -> EventRow | None:
        return next((row for row in self.world.events.values() if row.id == event_id), None)


_NEXT = {"confirm": ("counted", "running"), "pause": ("running", "paused"), "resume": ("paused", "running")}


class FakeSweeps(_OfWorld):
    async def create(self, who: Who, bulk: NewBulkEnrolment, *, once: Once, now: datetime) -> SweepRow:
        selection = bulk.selection.model_dump(mode="json", exclude_defaults=True)
        row = SweepRow(once.id("sweep"), "bulk", bulk.journey, selection, bulk.per_second, "counting", {}, {}, who.id, now, None, None)
        self.world.sweeps[row.id] = row
        return row

    async def page(self, *, journey: str | None, state: str | None, cut: Slice) -> Batch[SweepRow]:
        return sliced([row for row in self.world.sweeps.values() if journey in {None, row.journey} and state in {None, row.state}], cut)

    async def find(self, sweep_id: str) -> SweepRow | None:
        return self.world.sweeps.get(sweep_id)

    async def results(self, sweep_id: str, *, result: str | None, cut: Slice) -> Batch[SweepResultRow]:
        return sliced([row for row in self.world.sweep_results if result in {None, row.result}], cut)

    async def act(self, who: Who, sweep_id: str, act: Literal["confirm", "pause", "resume", "stop"], *, now: datetime) -> SweepRow | None:
        row = self.world.sweeps[sweep_id]
        allowed, to = _NEXT.get(act, (row.state, "stopped"))
        if row.state != allowed or row.state in {"stopped", "done"}:
            return None
        self.world.sweeps[sweep_id] = replace(row, state=to)
        return self.world.sweeps[sweep_id]


class FakeRequests(_OfWorld):
    """A stamp is genuine whose signature is the body itself."""

    async def of_enrolment(self, who: Who, enrolment_id: str, *, cut: Slice) -> Batch[RequestRow]:
        rows = [row for row in self.world.requests.values() if row.enrolment_id == enrolment_id and who.sees(Wall.COMMERCIAL)]
        return sliced(rows, cut)

    async def genuine(self, key: str, stamp: Stamp, body: bytes) -> bool | None:
        return stamp.id == key and stamp.signature == body.decode() if key in self.world.requests else None

    async def answer(self, key: str, answer: str, *, now: datetime) -> RequestRow | AnswerRefused:
        row = self.world.requests[key]
        if answer not in ("in_stock", "short"):
            return AnswerRefused(Code.UNKNOWN_ANSWER, "No.", ("in_stock", "short"))
        if row.answer not in {None, answer}:
            return AnswerRefused(Code.ALREADY_ANSWERED, "No.")
        self.world.requests[key] = replace(row, status="answered", answer=answer, answered_at=now)
        return self.world.requests[key]


class FakeHalts(_OfWorld):
    async def count(self, scope: Scope, value: str) -> Concerned:
        return Concerned(runs=len(self.world.enrolments))

    async def page(self, *, in_force: bool, cut: Slice) -> Batch[HaltLine]:
        return sliced([halt for halt in self.world.halts.values() if not in_force or halt.lifted_at is None], cut)

    async def find(self, halt_id: str) -> HaltLine | None:
        return self.world.halts.get(halt_id)

    async def impose(self, who: Who, halt: NewHalt, *, remark: str, once: Once, now: datetime) -> HaltDone | CountChanged:
        concerned = len(self.world.enrolments)
        if halt.expected not in {None, concerned}:
            return CountChanged(concerned)
        told = halt.model_dump(include={"kind", "scope", "value", "reason"})
        line = HaltLine(id=once.id("halt"), **told, by=who.id, at=now, concerned=concerned)
        self.world.halts[line.id] = line
        return HaltDone(halt=line)

    async def lift(self, who: Who, halt_id: str, lift: LiftHalt, *, remark: str, now: datetime) -> HaltDone | None:
        halt = self.world.halts[halt_id]
        if halt.lifted_at is not None:
            return None
        self.world.halts[halt_id] = halt.model_copy(update={"lifted_at": now, "lifted_by": who.id, "catch_up": lift.catch_up})
        return HaltDone(halt=self.world.halts[halt_id])


class FakeOperations(_OfWorld):
    async def page(self, *, cut: Slice) -> Batch[OperationLine]:
        return sliced(list(self.world.operations.values()), cut)

    async def find(self, operation_id: str) -> OperationLine | None:
        return self.world.operations.get(operation_id)

    async def items(self, operation_id: str, *, result: str | None, cut: Slice) -> Batch[ItemLine]:
        return sliced([item for item in self.world.items if result in {None, item.result}], cut)

    async def steer(self, who: Who, operation_id: str, how: Literal["hold", "go_on", "stop"], *, remark: str, now: datetime) -> OperationLine | None:
        operation = self.world.operations[operation_id]
        if operation.status == "stopped":
            return None
        status = {"hold": "held", "go_on": "running", "stop": "stopped"}[how]
        self.world.operations[operation_id] = operation.model_copy(update={"status": status})
        return self.world.operations[operation_id]


class FakeMigrations(_OfWorld):
    async def preview(self, plan: PlanMigration) -> MigrationPreview:
        return MigrationPreview(movable=len(self.world.enrolments), refused=0, not_now=0, not_begun=0, steps=())

    async def begin(self, who: Who, migration: NewMigration, *, remark: str, once: Once, now: datetime) -> OperationLine:
        return _began(self.world, once, who, kind="migrate", reason=migration.reason, now=now)


class FakeRepairs(_OfWorld):
    async def page(
        self, *, kind: str | None, journey: str | None, reason: str | None, since_before: datetime | None, now: datetime, cut: Slice
    ) -> Batch[TroubleLine]:
        return sliced([line for line in self.world.in_trouble if kind in {None, line.doing} and reason in {None, line.reason}], cut)

    async def begin(self, who: Who, repair: RepairMany, *, remark: str, once: Once, now: datetime) -> OperationLine:
        return _began(self.world, once, who, kind=repair.action, reason=repair.reason, now=now)

    async def note(self, who: Who, enrolment_id: str, repair: Repair, *, remark: str, now: datetime) -> None:
        self.world.audit.append((who.id, f"run.{repair.action}"))


class FakeCounts(_OfWorld):
    def dropped(self, what: str, reason: str) -> None:
        self.world.dropped.append((what, reason))

    def told(self) -> bytes:
        return b"dirigent_dropped_total 1.0\n"


class FakeWatch(_OfWorld):
    async def page(self, *, cut: Slice) -> Batch[AlarmLine]:
        return sliced(self.world.alarms, cut)


def _began(world: World, once: Once, who: Who, *, kind: str, reason: str, now: datetime) -> OperationLine:
    told = {"id": once.id("operation"), "kind": kind, "subject": "…", "reason": reason, "by": who.id, "status": "running", "per_second": 5}
    line = OperationLine.model_validate({**told, "created_at": now, "counts": Counts(waiting=len(world.enrolments))})
    world.operations[line.id] = line
    return line


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
