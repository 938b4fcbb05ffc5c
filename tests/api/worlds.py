"""A small world for the API's tests: one HCP in one territory, one in another, a journey with a visit and a hand-off, a user of every role."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from api.rows import (
    EffectRow,
    EnrolmentRow,
    EventRow,
    InquiryRow,
    InquiryText,
    NotificationRow,
    PersonRow,
    ProposalRow,
    RequestRow,
    SweepResultRow,
    SweepRow,
    TaskRow,
    TimelineRow,
    UserRow,
    VersionRow,
)
from api.schemas.markets import MarketRead
from api.schemas.operations import AlarmLine, HaltLine, ItemLine, OperationLine, TroubleLine
from api.schemas.people import CommercialProfile, MedicalProfile
from api.who import Role
from journeys.commands import Note, What
from journeys.content import ContentVersion
from journeys.definitions import Definition
from journeys.position import Position
from journeys.receipts import Receipt
from tests.api.fake_safety import a_case, a_flag
from tests.api.fakes import World
from tests.api.living import a_row
from tests.api.ruling import a_why
from tests.builders import CONTENTS, NOW, a_consent_text, a_definition, a_market, a_medical_step, a_persona, a_visit, an_email, an_exit, written

HOME, AWAY = "se-stockholm", "se-malmo"
ASTRID, BO = "person-astrid", "person-bo"
JOURNEY = "heart-failure-pioneer"
ENROLMENT = "enr1"
VISIT, QUESTION = f"{ENROLMENT}.first-visit.1", f"{ENROLMENT}.question.1"
INQUIRY = "inquiry-1"
HALT, OPERATION = "halt-1", "operation-1"
TOUCH = f"{ENROLMENT}.follow-up.1"
ASKED = f"{ENROLMENT}.stock.1"
RULES = "a" * 64
"""The digest of Sweden's rules."""
PIN = "a-pin-of-mine"
"""Everybody's here."""
BULK = "bulk-1"
PROPOSAL = f"{ENROLMENT}.won-over.1.stage"
LATE, STUCK = f"{ENROLMENT}.late.1", f"{ENROLMENT}.stuck.1"
"""What a sales lead and a medical lead are asked to look at."""


def a_world() -> World:
    """Everything in it, each noun once."""
    world = World()
    world.users = {f"user-{role}": UserRow(f"user-{role}", f"A {role}", role) for role in Role}
    world.users["rep-2"] = UserRow("rep-2", "Another rep", "rep")
    world.alignments = {("user-rep", HOME), ("user-msl", HOME), ("rep-2", HOME)}
    world.people = {ASTRID: a_person(), BO: a_person(id=BO, given_name="Bo", family_name="Holm", territory_id=AWAY)}
    world.commercial = {
        who: CommercialProfile(persona="pioneer", adoption_stage="trial", tier="A", decile=8, identity="high", engagement="low") for who in world.people
    }
    world.medical = {who: MedicalProfile(kol_tier="national", scientific_interest="fibrosis") for who in world.people}
    definition = the_definition()
    world.definitions = {(JOURNEY, 1): a_published(world, definition, written(the_authored()))}
    world.pins = dict.fromkeys(world.users, PIN)
    world.personas = {name: a_persona(name) for name in ("pioneer", "ordinary")}
    world.enrolments = {ENROLMENT: an_enrolment()}
    world.tasks = {VISIT: a_task(), QUESTION: a_task(id=QUESTION, side="medical", kind="medical", step="question", assignee=None, inquiry_id=INQUIRY)}
    world.inquiries = {INQUIRY: InquiryRow(INQUIRY, ASTRID, "cardiolex", "received", "user-rep", NOW, None, None)}
    world.words = {INQUIRY: InquiryText("Is it safe with dialysis?", "See the renal cohort.", "user-msl")}
    world.notifications = {told.id: told for told in (a_notification(f"user-{role}") for role in Role)}
    proposal = ProposalRow(PROPOSAL, ASTRID, "stage", "user", ENROLMENT, "won-over", NOW, "open", None, None)
    world.proposals = {PROPOSAL: proposal}
    world.contents = {version.ref: version for version in map(ContentVersion.model_validate, CONTENTS)}
    world.texts = {text.text: text for text in (a_consent_text("v1", letter="confirm-consent@1"), a_consent_text("v3", channel="sms"))}
    world.touches = {TOUCH: {"study": "https://dirigent.example/study"}}
    event = EventRow("event-1", "booking", "evt-1", "appointment_booked", "4711", ASTRID, "taken", late=False, at=NOW, arrived_at=NOW)
    world.events = {("booking", "evt-1"): replace(event, effects=(EffectRow(JOURNEY, "entered", None, ENROLMENT),))}
    world.requests = {ASKED: RequestRow(ASKED, ENROLMENT, "stock", "stock", "accepted", None, None, NOW, NOW, None)}
    world.sweeps = {BULK: SweepRow(BULK, "bulk", JOURNEY, {"markets": ["SE"]}, None, "counted", {"entered": 2}, {}, "user-marketing", NOW, None, None)}
    world.sweep_results = [SweepResultRow(ASTRID, "entered", None, ENROLMENT, NOW)]
    world.lines = [
        a_line(what="began", to="first-visit"),
        a_line(what="persona_corrected", to="pioneer", by="user-rep", by_name="A rep"),
        a_line(what="task_closed", side="open", step="question", way="answered", to="done", by="user-msl", by_name="A msl", remark="He asked about dialysis."),
    ]
    world.remark_sides = {"He asked about dialysis.": "medical"}
    world.halts = {HALT: HaltLine(id=HALT, kind="pause", scope="market", value="SE", reason="other", by="user-admin", at=NOW, concerned=1)}
    world.operations = {OPERATION: an_operation()}
    world.items = [ItemLine(number=1, enrolment_id=ENROLMENT, result="refused", code="step_gone", attempts=1, at=NOW)]
    world.in_trouble = [a_trouble()]
    world.alarms = [AlarmLine(enrolment_id=ENROLMENT, kind="overslept", journey=JOURNEY, version=1, since=NOW, seen_at=NOW)]
    world.markets = {"SE": MarketRead(policy=a_market(), digest=RULES, updated_at=NOW, imported=True)}
    world.judged = [a_why(touch=TOUCH, at=NOW, person_id=ASTRID, enrolment_id=ENROLMENT, journey=JOURNEY, step="follow-up")]
    world.safety.cases = {"case-1": a_case()}
    world.safety.flags = {"flag-1": a_flag()}
    world.safety.asked_at = {f"inquiry:{INQUIRY}"}
    world.receipt = a_receipt()
    return world


def a_published(world: World, definition: Definition, source: str) -> VersionRow:
    """A version in force since the morning."""
    row = a_row(definition, source, now=NOW, world=world, state="published", effective_from=NOW)
    return replace(row, published_by="user-marketing", published_at=NOW)


def the_authored() -> dict[str, Any]:
    return a_definition(
        title="Heart failure, the pioneer",
        steps={
            "first-visit": a_visit(
                title="First meeting",
                why="New to the therapy area.",
                offers=["follow-up", "question"],
                next={"interested": "follow-up", "not_now": "question", "overdue": "late", "otherwise": "done"},
                visit={"face_to_face": {"materials": ["hf-detail-aid@2"], "message": "Be the first."}, "remote": {"materials": ["hf-remote-deck@1"]}},
            ),
            "follow-up": an_email(title="The e-mail after the visit", next="done"),
            "question": a_medical_step(title="Question for medical", at_most=3, next={"overdue": "stuck", "otherwise": "first-visit", "exhausted": "done"}),
            "late": {"title": "No visit yet", "escalate": {"about": "first-visit", "due": "2 days", "message": "Who goes?"}, "next": "told"},
            "stuck": {"escalate": {"about": "question", "due": "2 days"}, "next": "done"},
            "told": {"notify": {"whom": "sales", "message": "A pioneer asked for more."}, "next": "done"},
            "done": an_exit("became_advocate"),
        },
    )


def the_definition() -> Definition:
    return Definition.model_validate(the_authored())


def a_person(**changes: Any) -> PersonRow:
    told: dict[str, Any] = {
        "id": ASTRID,
        "given_name": "Astrid",
        "family_name": "Lindqvist",
        "salutation": "Dr",
        "profession": "physician",
        "specialty": "cardiology",
        "market": "SE",
        "language": "sv",
        "channel_preference": "remote",
        "territory_id": HOME,
        "status": "active",
        "organisations": ("Norra kliniken",),
        "addresses": ("email",),
    }
    return PersonRow(**{**told, **changes})


def an_escalation(**changes: Any) -> TaskRow:
    return a_task(**{"id": LATE, "kind": "escalate", "step": "late", "assignee": "user-sales", "due": NOW + timedelta(days=1), **changes})


def a_notification(user: str, **changes: Any) -> NotificationRow:
    """A line that the step `told` puts before a user, about Astrid."""
    side = "medical" if user in {"user-msl", "user-medical"} else "commercial"
    told: dict[str, Any] = {"id": f"{ENROLMENT}.told.1.{user}", "journey": JOURNEY, "version": 1, "step": "told", "side": side, "enrolment_id": ENROLMENT}
    return NotificationRow(**{**told, "person": a_person(), "at": NOW, "read_at": None, **changes})


def an_enrolment(**changes: Any) -> EnrolmentRow:
    told: dict[str, Any] = dict.fromkeys(("held_because", "end_kind", "end_reason", "ended_at"))
    told |= {"id": ENROLMENT, "person_id": ASTRID, "journey": JOURNEY, "version": 1, "product": "cardiolex", "purpose": "promotional", "market": "SE"}
    told |= {"conductor": "user-rep", "status": "running", "step": "first-visit", "doing": "task", "since": NOW, "until": NOW}
    return EnrolmentRow(**{**told, "created_by": "user-rep", "created_at": NOW, **changes})


def a_task(**changes: Any) -> TaskRow:
    told: dict[str, Any] = dict.fromkeys(("outcome", "channel", "reason", "snoozed_until", "inquiry_id", "closed_at", "closed_by"))
    told |= {"id": VISIT, "enrolment_id": ENROLMENT, "person": a_person(), "journey": JOURNEY, "version": 1, "product": "cardiolex"}
    told |= {"side": "commercial", "kind": "visit", "step": "first-visit", "assignee": "user-rep", "status": "open", "due": NOW, "opened_at": NOW}
    return TaskRow(**{**told, **changes})


def a_line(**changes: Any) -> TimelineRow:
    told: dict[str, Any] = dict.fromkeys(("step", "key", "way", "to", "reason", "until", "by", "by_name", "remark", "channel", "dispatch_id"))
    told |= {"person_id": ASTRID, "enrolment_id": ENROLMENT, "journey": JOURNEY, "version": 1, "side": "commercial", "at": NOW, "arrived_at": NOW}
    return TimelineRow(**{**told, **changes})


def an_operation(**changes: Any) -> OperationLine:
    told = {"id": OPERATION, "kind": "migrate", "subject": f"definition:{JOURNEY}@2", "reason": "strategy_changed", "by": "user-admin", "status": "running"}
    return OperationLine.model_validate({**told, "per_second": 5, "created_at": NOW, "counts": {"refused": 1}, **changes})


def a_trouble(**changes: Any) -> TroubleLine:
    told = {"enrolment_id": ENROLMENT, "person_id": ASTRID, "journey": JOURNEY, "version": 1, "step": "follow-up", "passage": TOUCH, "doing": "held"}
    return TroubleLine.model_validate({**told, "reason": "no_consent", "since": NOW, **changes})


def a_receipt(**changes: Any) -> Receipt:
    """What a run answers when the first visit went well."""
    notes = (
        Note(what=What.TASK_CLOSED, step="first-visit", key=VISIT, way="interested", to="done", by="user-rep", channel="face_to_face"),
        Note(what=What.MOVED, step="first-visit", key=VISIT, way="interested", to="follow-up", by="user-rep"),
    )
    position = Position(step="follow-up", doing="sending", since=NOW, until=None, reason=None, ended=None)
    return Receipt(**{"notes": notes, "position": position, **changes})
