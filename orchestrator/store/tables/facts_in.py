"""What comes in from providers and other systems: what they tell of messages, replies, reports of calls; each stored once by source and id."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import document, instant, may_refer_to, maybe_instant, refers_to, words


class FactIn(SQLModel, table=True):
    """What a provider told of a message: in its words, in ours, and what came of it. It holds no address."""

    __tablename__ = "fact_in"
    __table_args__ = (UniqueConstraint("source", "source_id"), Index("fact_in_by_standing", "standing", "arrived_at", "id"))
    id: str = Field(primary_key=True)
    source: str
    source_id: str
    event: str
    """The provider's own word."""
    kind: str | None = None
    """Ours; none for a word that we do not know."""
    standing: str
    """heard, known, noted, unknown_touch or unknown_event."""
    code: str | None = None
    message: str | None = None
    """Our own name of the message, as the provider gave it back; with the two after it, by what it is looked for."""
    provider_id: str | None = None
    message_id: str | None = None
    touch_key: str | None = may_refer_to("touch.key")
    person_id: str | None = may_refer_to("person.id")
    late: bool = False
    at: datetime = instant()
    """When it happened, as the source says; when it arrived, where it says nothing."""
    arrived_at: datetime = instant()
    judged_at: datetime = instant()
    """When it was last looked at: one that nobody could place is looked at again."""


class WebhookToken(SQLModel, table=True):
    """What a provider signs only once: whoever brings it again has overheard it. Kept as long as its timestamp would be let in."""

    __tablename__ = "webhook_token"
    source: str = Field(primary_key=True)
    token: str = Field(primary_key=True)
    at: datetime = instant(index=True)


class Repeat(SQLModel, table=True):
    """How often a source told again what it had told. The one thing that a replay changes."""

    __tablename__ = "repeat"
    source: str = Field(primary_key=True)
    source_id: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    """fact, event, reply or call."""
    times: int = 0
    last_at: datetime = instant()


class Reply(SQLModel, table=True):
    """What came back by e-mail or text. Its words lie in a table of their own, by the side whose message it answers."""

    __tablename__ = "reply"
    __table_args__ = (UniqueConstraint("source", "source_id"), Index("reply_by_standing", "standing", "arrived_at", "id"))
    id: str = Field(primary_key=True)
    source: str
    source_id: str
    channel: str
    side: str
    """commercial or medical: whose it is."""
    standing: str
    """replied, unsubscribed, automatic or unknown_touch."""
    touch_key: str | None = may_refer_to("touch.key")
    person_id: str | None = may_refer_to("person.id")
    names: list[str] = document()
    """The ids that the message names, by which a touch is looked for; of a text the digest of the number it came from."""
    attachments: int = 0
    """How many came with it: none is kept."""
    cut: bool = False
    """Whether it was longer than what is kept."""
    hints: list[str] = document()
    """Which words of safety were found in it: none is no proof."""
    late: bool = False
    told: str | None = None
    """Which user was given it."""
    at: datetime = instant()
    arrived_at: datetime = instant()
    judged_at: datetime = instant()
    """When it was last looked at: one that nobody could place is looked at again."""
    read_at: datetime | None = maybe_instant()


class ReplyWords(SQLModel, table=True):
    """The words of a reply to a commercial message. Kept here alone, so that they can be erased."""

    __tablename__ = "reply_words"
    reply_id: str = Field(primary_key=True, foreign_key="reply.id")
    words: str = words()


class MedicalReplyWords(SQLModel, table=True):
    """The words of a reply to medical, read by medical roles alone."""

    __tablename__ = "reply_words"
    __table_args__ = {"schema": "medical"}
    reply_id: str = Field(primary_key=True, foreign_key="reply.id")
    words: str = words()


class CallReport(SQLModel, table=True):
    """A call as the CRM tells it, in its latest revision."""

    __tablename__ = "call_report"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        Index("call_report_by_standing", "standing", "arrived_at", "id"),
        Index("call_report_waits", "judged_at", "id", postgresql_where=text("standing = 'unknown_person' OR reason = 'unknown_rep'")),
    )
    id: str = Field(primary_key=True)
    source: str
    source_id: str
    revised_at: datetime = instant()
    """The CRM's own time of this revision: an older one changes nothing."""
    status: str
    """submitted or cancelled."""
    standing: str
    """completed, recorded, cancelled or unknown_person."""
    reason: str | None = None
    """Why it completes no task: no_task, closed, unknown_outcome, unknown_channel, unknown_rep; task_completed of one that was cancelled."""
    person_id: str | None = may_refer_to("person.id")
    rep: str | None = may_refer_to("app_user.id")
    named: dict[str, Any] = document()
    """By which ids the source named the person and the rep, until both are known."""
    product: str
    channel: str
    outcome: str | None = None
    task_id: str | None = may_refer_to("task.id")
    touch_key: str | None = may_refer_to("touch.key")
    remark_id: str | None = None
    hints: list[str] = document()
    late: bool = False
    at: datetime = instant()
    """When the call was."""
    arrived_at: datetime = instant()
    judged_at: datetime = instant()
    """When it was last looked at: one whose person or rep nobody knew is looked at again."""


class CallRevision(SQLModel, table=True):
    """Every revision of a call that came in, as codes: what a correction replaced can be read later. Append-only."""

    __tablename__ = "call_revision"
    __table_args__ = (UniqueConstraint("report_id", "digest"),)
    id: str = Field(primary_key=True)
    report_id: str = refers_to("call_report.id")
    digest: str
    revised_at: datetime = instant()
    told: dict[str, Any] = document()
    standing: str
    arrived_at: datetime = instant()
