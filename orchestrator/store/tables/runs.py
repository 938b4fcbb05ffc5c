"""Runs and what they leave behind: enrolments, tasks, the touch ledger and the timeline."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import document, instant, may_refer_to, maybe_document, maybe_instant, refers_to, serial, words


class Enrolment(SQLModel, table=True):
    """One HCP in one journey, and a projection of where the run stands on its main line; `standing` has every line. The workflow owns the truth;
    lists read this."""

    __tablename__ = "enrolment"
    __table_args__ = (
        Index("one_run_at_a_time", "person_id", "journey", unique=True, postgresql_where=text("status <> 'ended' AND entry_key IS NULL")),
        Index("one_run_for_a_key", "person_id", "journey", "entry_key", unique=True),
        Index("enrolment_by_status", "status", "created_at"),
    )
    id: str = Field(primary_key=True)
    person_id: str = refers_to("person.id")
    journey: str
    version: int
    digest: str
    product: str
    purpose: str
    market: str
    territory_id: str | None = may_refer_to("territory.id")
    conductor: str | None = may_refer_to("app_user.id")
    status: str = "requested"
    """queued, requested, running, ended."""
    step: str | None = None
    doing: str | None = None
    since: datetime | None = maybe_instant()
    until: datetime | None = maybe_instant()
    held_because: str | None = None
    end_kind: str | None = None
    end_reason: str | None = None
    move: int = 0
    """The latest advance that has been recorded: an older one is not recorded again."""
    created_by: str
    created_at: datetime = instant()
    ended_at: datetime | None = maybe_instant()
    continued_from: str | None = None
    begun_by: str | None = Field(default=None, unique=True)
    """The passage of another run that started this one."""
    awaited: bool = False
    """That passage waits for this run to end."""
    event_id: str | None = may_refer_to("outside_event.id")
    """The event that entered the HCP."""
    entry_key: str | None = None
    """Its key, in a journey that is entered once for each key."""
    hundredth: int | None = None
    """Where the person fell among 100 for this journey: those below its hold-out were kept out."""


class Turn(SQLModel, table=True):
    """The claim of a promotional run that has not ended on its HCP. Written and read behind the person's lock alone, so that no run's own lock is
    needed to give its turn to another."""

    __tablename__ = "turn"
    enrolment_id: str = Field(primary_key=True, foreign_key="enrolment.id")
    person_id: str = refers_to("person.id")
    journey: str
    priority: int
    when_busy: str
    active: bool
    begun: bool
    """Whether its run was started: one that was waits as a paused run, one that was not waits in the queue."""
    since: datetime = instant()
    busy_with: str | None = None
    """The journey that has the HCP, where this one waits."""
    pause: str | None = None
    """The name of the pause that a begun one waits under."""


class Task(SQLModel, table=True):
    """A step that waits for a human. `id` is the key of the passage."""

    __tablename__ = "task"
    __table_args__ = (Index("task_list", "side", "status", "due", "id"),)
    id: str = Field(primary_key=True)
    enrolment_id: str = refers_to("enrolment.id")
    person_id: str = refers_to("person.id")
    territory_id: str | None = may_refer_to("territory.id")
    side: str
    """commercial or medical: who may see it."""
    kind: str
    step: str
    assignee: str | None = may_refer_to("app_user.id")
    status: str = "open"
    """open, done, skipped, overdue, redirected, cancelled."""
    outcome: str | None = None
    channel: str | None = None
    reason: str | None = None
    due: datetime = instant()
    snoozed_until: datetime | None = maybe_instant()
    inquiry_id: str | None = None
    opened_at: datetime = instant()
    closed_at: datetime | None = maybe_instant()
    closed_by: str | None = None


class Touch(SQLModel, table=True):
    """The ledger: one row per touch, under the key of its passage, written before the provider is called and settled after."""

    __tablename__ = "touch"
    __table_args__ = (Index("touch_pressure", "person_id", "at"), Index("touch_list", "at", "key"), Index("touch_by_state", "state", "ask_at"))
    key: str = Field(primary_key=True)
    person_id: str = refers_to("person.id", index=False)
    """The recipient: the HCP, or the colleague in the care team."""
    enrolment_id: str | None = may_refer_to("enrolment.id")
    """Whose run it is of; none of a letter outside a journey."""
    dispatch_id: str | None = may_refer_to("dispatch.id")
    """The letter outside a journey that it carries."""
    step: str
    channel: str
    purpose: str
    product: str
    content_id: str | None = None
    content_version: int | None = None
    fragments: list[str] | None = maybe_document()
    """The approved fragments that the rep chose for it, such as `hf-renal@1`."""
    state: str
    """reserved, accepted, unknown, refused, deferred."""
    reason: str | None = None
    message_id: str | None = Field(default=None, unique=True)
    provider_id: str | None = Field(default=None, index=True)
    """The id by which the provider knows it, where it told one."""
    code: str | None = Field(default=None, unique=True)
    """The short name by which the links of a text lead back."""
    starts: datetime | None = maybe_instant()
    """When what an invitation invites to begins; null for every other touch."""
    ends: datetime | None = maybe_instant()
    sequence: int = 0
    """How often what it invites to was changed since."""
    called_off_at: datetime | None = maybe_instant()
    digest: str | None = None
    """SHA-256 of the message as it was handed over."""
    address: str | None = Field(default=None, index=True)
    """The digest of the address that it went to, which may be another than the person's by now."""
    sent_by: str | None = None
    attempt: int = 1
    at: datetime = instant()
    settled_at: datetime | None = maybe_instant()
    asked: int = 0
    """How often the provider was asked what became of it, while that is unknown."""
    ask_at: datetime | None = maybe_instant()
    """When it is asked next; never, where it cannot be asked or was asked long enough."""
    alarm: str | None = None
    """What the monitor finds wrong with it: unknown (for too long) or unbalanced."""
    alarmed_at: datetime | None = maybe_instant()


class WaitingTouch(SQLModel, table=True):
    """A touch that contact pressure put off: it keeps its place among those to its recipient. Written and read behind the person's lock alone."""

    __tablename__ = "waiting_touch"
    touch_key: str = Field(primary_key=True)
    person_id: str = refers_to("person.id")
    """The recipient."""
    enrolment_id: str = refers_to("enrolment.id")
    priority: int
    channel: str
    purpose: str
    product: str
    since: datetime = instant()
    until: datetime = instant()
    """When it comes back."""


class Judgement(SQLModel, table=True):
    """What the gate said each time it was asked, check by check, each with what it saw."""

    __tablename__ = "judgement"
    __table_args__ = (Index("judgement_of_person", "person_id", "at"),)
    id: str = Field(primary_key=True)
    touch_key: str = Field(index=True)
    enrolment_id: str | None = may_refer_to("enrolment.id")
    dispatch_id: str | None = may_refer_to("dispatch.id")
    person_id: str | None = may_refer_to("person.id")
    """The recipient; null where there was nobody to write to."""
    verdict: str
    reason: str | None = None
    until: datetime | None = maybe_instant()
    asked: dict[str, Any] | None = maybe_document()
    """What was asked: channel, content, purpose, product, market and priority. None for what was judged before that was kept."""
    checks: list[dict[str, Any]] = document()
    at: datetime = instant()


class Request(SQLModel, table=True):
    """A request to another system, under the key of its passage: written before the system is asked."""

    __tablename__ = "request"
    key: str = Field(primary_key=True)
    enrolment_id: str = refers_to("enrolment.id")
    step: str
    endpoint: str
    """The name under which the installation knows the other system."""
    status: str
    """sent, accepted, answered, failed, late."""
    answers: list[str] = document()
    """Those that the step takes."""
    answer: str | None = None
    reason: str | None = None
    answer_by: datetime = instant()
    asked_at: datetime = instant()
    answered_at: datetime | None = maybe_instant()


class HeardFact(SQLModel, table=True):
    """What was heard of a touch, stored once: by its source's id, and once per touch and kind."""

    __tablename__ = "heard_fact"
    __table_args__ = (UniqueConstraint("source", "source_id"), UniqueConstraint("touch_key", "heard"), Index("heard_by_arrival", "arrived_at", "id"))
    id: str = Field(primary_key=True)
    source: str
    source_id: str
    touch_key: str = refers_to("touch.key", index=False)
    heard: str
    at: datetime = instant()
    """When it happened, as the source says."""
    arrived_at: datetime = instant()


class TimelineEntry(SQLModel, table=True):
    """One line of an HCP's story: what happened and why, in codes; `at` is when it happened, `arrived_at` when we wrote it down."""

    __tablename__ = "timeline"
    __table_args__ = (UniqueConstraint("enrolment_id", "move", "line"), Index("timeline_of_person", "person_id", "at", "id"))
    id: int | None = serial()
    person_id: str = refers_to("person.id", index=False)
    enrolment_id: str | None = may_refer_to("enrolment.id", index=False)
    dispatch_id: str | None = may_refer_to("dispatch.id")
    """The letter outside a journey that the line is about; then it has no run, journey or move."""
    journey: str | None = None
    version: int | None = None
    move: int | None = None
    line: int
    side: str = "commercial"
    """commercial, medical or open: who may read it."""
    what: str
    step: str | None = None
    key: str | None = None
    way: str | None = None
    to: str | None = None
    reason: str | None = None
    until: datetime | None = maybe_instant()
    by: str | None = None
    remark_id: str | None = None
    channel: str | None = None
    at: datetime = instant()
    arrived_at: datetime = instant()


class Remark(SQLModel, table=True):
    """The words a person gave as a reason, medical's apart (`MedicalRemark`). Kept here and nowhere else, so that they can be erased; runs carry the id."""

    __tablename__ = "remark"
    id: str = Field(primary_key=True)
    by: str
    side: str = "commercial"
    words: str = words()
    at: datetime = instant()
