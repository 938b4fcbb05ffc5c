"""What the ledger keeps beside its touches: each change of a touch's state, addresses that mail came back from, and the copies of what was sent."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import instant, maybe_instant, refers_to, serial


class LedgerEntry(SQLModel, table=True):
    """Append-only (a trigger refuses update and delete): one change of a touch's state. The touch itself is the balance, these are the bookings."""

    __tablename__ = "ledger_entry"
    __table_args__ = (UniqueConstraint("touch_key", "attempt", "state"),)
    id: int | None = serial()
    touch_key: str = refers_to("touch.key", index=False)
    attempt: int
    state: str
    """reserved, handed_over, accepted, refused, deferred, unknown."""
    source: str
    """Who says so: house, provider, the source of what was heard, or operator."""
    trouble: str | None = None
    """A short code of what went wrong, or of how it was learnt; no words of anybody."""
    by: str | None = None
    """The operator who settled it."""
    at: datetime = instant()
    """When it happened."""
    recorded_at: datetime = instant()


class Undeliverable(SQLModel, table=True):
    """An address from which mail came back for good, by its digest: nothing goes there until the person has another one, or somebody opens it again."""

    __tablename__ = "undeliverable"
    address: str = Field(primary_key=True)
    touch_key: str = refers_to("touch.key")
    at: datetime = instant()
    reopened_at: datetime | None = maybe_instant()
    """When somebody opened it again. Mail that went out after that, and came back, closes it anew."""


class SentCopy(SQLModel, table=True):
    """The exact message of one attempt, sealed. It goes when its time is over, unless somebody holds it back."""

    __tablename__ = "sent_copy"
    __table_args__ = (Index("sent_copy_over", "keep_until"),)
    touch_key: str = Field(primary_key=True, foreign_key="touch.key")
    attempt: int = Field(primary_key=True)
    key_id: str
    """With which key it is sealed."""
    sealed: bytes = Field(sa_type=LargeBinary)
    """Nonce and ciphertext, AES-256-GCM; touch and attempt are sealed along."""
    held: bool = False
    """A legal hold: kept until it is lifted, however old."""
    at: datetime = instant()
    keep_until: datetime = instant()
