"""What runs put before people and systems on the way: lines for colleagues, proposals that a human decides, and requests to other systems."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import instant, may_refer_to, maybe_instant, refers_to


class Notification(SQLModel, table=True):
    """A line for one colleague: of a run, whose words are the definition's, read by its step; of content whose approval ends; or of a
    reply, whose words lie with it."""

    __tablename__ = "notification"
    __table_args__ = (UniqueConstraint("key", "user_id"), Index("notification_list", "user_id", "at", "id"))
    id: str = Field(primary_key=True)
    key: str
    """The passage through the step that tells it."""
    user_id: str = refers_to("app_user.id", index=False)
    person_id: str | None = may_refer_to("person.id")
    enrolment_id: str | None = may_refer_to("enrolment.id")
    journey: str | None = None
    version: int | None = None
    step: str | None = None
    warning_id: str | None = may_refer_to("content_warning.id")
    reply_id: str | None = may_refer_to("reply.id")
    side: str
    """commercial or medical: who may read it."""
    at: datetime = instant()
    read_at: datetime | None = maybe_instant()


class Proposal(SQLModel, table=True):
    """A stage or a persona that a run proposes and a human decides on. Of each kind a person has one that is open: a later one replaces it."""

    __tablename__ = "proposal"
    __table_args__ = (
        Index("one_open_proposal", "person_id", "kind", unique=True, postgresql_where=text("status = 'open'")),
        Index("proposal_list", "status", "at", "id"),
    )
    id: str = Field(primary_key=True)
    person_id: str = refers_to("person.id")
    kind: str
    """stage or persona."""
    value: str
    enrolment_id: str = refers_to("enrolment.id")
    step: str
    at: datetime = instant()
    status: str = "open"
    """open, accepted, dismissed, replaced."""
    decided_by: str | None = may_refer_to("app_user.id", index=False)
    decided_at: datetime | None = maybe_instant()
    remark_id: str | None = None
