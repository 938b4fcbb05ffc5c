"""What is told to a CRM and what comes from it: how each record of ours stands there, how far its lists were read, what arrived, and who its users are."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import instant, may_refer_to, maybe_instant, refers_to


class UserExternalId(SQLModel, table=True):
    """The crosswalk of users: one id of one source belongs to one user, and a user has one id there."""

    __tablename__ = "user_external_id"
    __table_args__ = (Index("one_id_of_a_user", "source", "user_id", unique=True),)
    source: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    user_id: str = refers_to("app_user.id")


class CrmRecord(SQLModel, table=True):
    """A call, a sent e-mail or a suggestion of ours, and how it stands at the CRM. Its instants are on the clock on the wall."""

    __tablename__ = "crm_record"
    __table_args__ = (Index("crm_record_due", "crm", "kind", "state", "try_after"), Index("crm_record_list", "since", "crm", "kind", "key"))
    crm: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    """call, sent_email or suggestion."""
    key: str = Field(primary_key=True)
    """Of the touch or the task."""
    person_id: str = refers_to("person.id")
    state: str
    """waiting, written or refused."""
    attempts: int = 0
    """Since it was last written."""
    since: datetime = instant()
    """Since when it stands so; of one that waits, since when there is something to write."""
    try_after: datetime = instant()
    trouble: str | None = None
    """A short code: what stood in the way last."""
    digest: str | None = None
    """Of what the CRM was last told, or refused: a record that is otherwise by now is written again."""
    crm_id: str | None = Field(default=None, index=True)
    written_at: datetime | None = maybe_instant()
    feedback: str | None = None
    """What the rep made of a suggestion: accepted, dismissed or done."""
    feedback_reason: str | None = None
    feedback_at: datetime | None = maybe_instant()
    alarmed_at: datetime | None = maybe_instant()


class CrmCursor(SQLModel, table=True):
    """How far a list was read: of the CRM's, or of our own books."""

    __tablename__ = "crm_cursor"
    crm: str = Field(primary_key=True)
    list: str = Field(primary_key=True)
    at: datetime = instant()
    last: str = ""
    """The row of that instant that was read last."""
    page: str | None = None
    """Where the CRM has the rest of an answer ready."""
    moved_at: datetime = instant()


class CrmArrival(SQLModel, table=True):
    """A row of the CRM that came in, in its latest revision: what came twice is seen here, and what could not be used stays visible."""

    __tablename__ = "crm_arrival"
    __table_args__ = (Index("crm_arrival_list", "standing", "arrived_at"),)
    crm: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    """call or feedback."""
    crm_id: str = Field(primary_key=True)
    revised_at: datetime = instant()
    standing: str
    """taken, own, unfinished, unreadable, unknown_suggestion or failed."""
    trouble: str | None = None
    task_id: str | None = may_refer_to("task.id")
    arrived_at: datetime = instant()
