"""The house's own books: the audit, the idempotency keys, and the outbox from which workflows are started and told."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import document, instant, maybe_document, maybe_instant, serial


class AuditEntry(SQLModel, table=True):
    """Append-only (a trigger refuses update and delete): who did what to which record, when and why. Server time."""

    __tablename__ = "audit"
    id: int | None = serial()
    by: str = Field(index=True)
    role: str
    action: str = Field(index=True)
    subject: str = Field(index=True)
    """The kind and id of the record, such as `consent:…`."""
    reason: str | None = None
    details: dict[str, Any] = document()
    at: datetime = instant()


class IdempotencyKey(SQLModel, table=True):
    """What was asked under a key, and what was answered. The same key with another body is refused."""

    __tablename__ = "idempotency_key"
    key: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    request_digest: str
    status_code: int | None = None
    response: dict[str, Any] | None = maybe_document()
    created_at: datetime = instant(index=True)


class Outbox(SQLModel, table=True):
    """What a run must still be told, written in the transaction that caused it and handed to Temporal after it, at least once."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_open", "id", postgresql_where=text("delivered_at IS NULL")),)
    id: int | None = serial()
    enrolment_id: str = Field(index=True)
    """Whose run it is; of an operation over many runs, of a letter outside a journey, or of a safety case, its own id."""
    kind: str
    """start, fact or command of a run; sweep; openings of a journey; operation; dispatch; safety."""
    payload: dict[str, Any] = document()
    created_at: datetime = instant()
    try_after: datetime = instant()
    delivered_at: datetime | None = maybe_instant()
    attempts: int = 0
    trouble: str | None = None
