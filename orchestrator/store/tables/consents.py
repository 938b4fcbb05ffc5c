"""What people allowed, took back and objected to, with the evidence; the texts they were asked with; and the stop list that outlives their records."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import document, instant, maybe_document, maybe_instant, refers_to


class Consent(SQLModel, table=True):
    """The consent ledger, append-only: what was given or withdrawn, for what, and the evidence of it."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("source", "source_id"),)
    id: str = Field(primary_key=True)
    person_id: str = refers_to("person.id")
    act: str
    """given or withdrawn."""
    channel: str
    purpose: str
    market: str
    product: str | None = None
    """The product or content line; none: every one."""
    text_version: str | None = None
    language: str | None = None
    method: str
    captured_by: str
    proof: str | None = None
    at: datetime = instant()
    expires: datetime | None = maybe_instant()
    recorded_at: datetime = instant()
    source: str = "dirigent"
    """dirigent, or the system that an import names."""
    source_id: str | None = None
    """The act's id in that system: it is imported once."""
    evidence: dict[str, Any] | None = maybe_document()
    """What stands behind the proof, as codes, ids and times: the touch whose link was used, the kind of program that used it."""


class Objection(SQLModel, table=True):
    """The absolute stop of direct marketing, append-only, one for each person. A record that is made anew of an objector has one from its first moment:
    its method is `remembered`."""

    __tablename__ = "objection"
    __table_args__ = (UniqueConstraint("person_id"),)
    id: str = Field(primary_key=True)
    person_id: str = refers_to("person.id", index=False)
    method: str
    captured_by: str
    at: datetime = instant()


class ConsentText(SQLModel, table=True):
    """A text to which people consent, in each of its languages. It never changes: other words are another text."""

    __tablename__ = "consent_text"
    id: str = Field(primary_key=True)
    market: str = Field(index=True)
    body: dict[str, Any] = document()
    digest: str
    updated_at: datetime = instant()


class OptIn(SQLModel, table=True):
    """A double opt-in: the letter that asks somebody to confirm, and what became of it."""

    __tablename__ = "opt_in"
    id: str = Field(primary_key=True)
    person_id: str = refers_to("person.id")
    channel: str
    product: str | None = None
    market: str
    text_version: str
    language: str
    asked_by: str
    asked_at: datetime = instant()
    until: datetime = instant()
    consent_id: str | None = None
    """The consent that it came to."""


class Suppression(SQLModel, table=True):
    """The stop list: an address or number of an objector, as a hash under a key that no setting can lose. See `suppression_hash` in migration 0004."""

    __tablename__ = "suppression"
    hash: str = Field(primary_key=True)
    at: datetime = instant()


class SuppressionKey(SQLModel, table=True):
    """The one key of the hashes, drawn by the database."""

    __tablename__ = "suppression_key"
    id: int = Field(primary_key=True)
    key: bytes
