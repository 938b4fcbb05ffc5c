"""What decides whether anything may be sent: the definitions and content in force, and market policies. Consents and objections are in `consents`."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import document, instant, maybe_instant, refers_to


class DefinitionVersion(SQLModel, table=True):
    """One version of a journey and where its life stands. `body` is the canonical JSON that `digest` names; `source` is the text it was read from.
    A trigger refuses another text to a version that is no draft, and the removal of any."""

    __tablename__ = "definition_version"
    journey: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    digest: str
    persona: str | None = Field(None, index=True)
    product: str
    title: str
    body: dict[str, Any] = document()
    source: str
    state: str = "draft"
    """draft, in_review, signed, published, draining, retired, withdrawn."""
    round: int = 1
    """Which review this is, or will be."""
    authors: list[str] = document()
    created_at: datetime = instant()
    published_by: str | None = None
    published_at: datetime | None = maybe_instant()
    effective_from: datetime | None = maybe_instant()
    drains_from: datetime | None = maybe_instant()
    running: str | None = None
    """What becomes of those in earlier versions, as chosen at publication: pin, migrate, drain."""


class VersionSignature(SQLModel, table=True):
    """Append-only (a trigger refuses update and delete): who signed which text of a version, for whom and in which capacity. Server time."""

    __tablename__ = "version_signature"
    __table_args__ = (
        ForeignKeyConstraint(["journey", "version"], ["definition_version.journey", "definition_version.version"]),
        UniqueConstraint("journey", "version", "round", "party"),
        UniqueConstraint("journey", "version", "round", "by"),
    )
    id: str = Field(primary_key=True)
    journey: str
    version: int
    round: int
    digest: str
    party: str
    meaning: str
    by: str = refers_to("app_user.id")
    name: str
    """As it was printed at the time."""
    at: datetime = instant()


class Stimulus(SQLModel, table=True):
    """One thing that moves a version of a journey from outside, drawn from its definition when it is published, so that no body is read to find out
    whom an event concerns."""

    __tablename__ = "stimulus"
    __table_args__ = (Index("stimulus_by_event", "kind", "event"),)
    journey: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    """enters, tells, automatic or schedule."""
    event: str = Field(default="", primary_key=True)
    """The event's name, for the first two."""


class ContentVersion(SQLModel, table=True):
    """One version of one piece of content with the state that review gave it. The body is immutable, `state` and `expires` follow review."""

    __tablename__ = "content_version"
    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    product: str = Field(index=True)
    made_for: str
    state: str
    expires: datetime | None = maybe_instant()
    body: dict[str, Any] = document()
    digest: str
    updated_at: datetime = instant()


class DeclaredEvent(SQLModel, table=True):
    """A kind of event of the outside, as last imported from the library."""

    __tablename__ = "declared_event"
    id: str = Field(primary_key=True)
    body: dict[str, Any] = document()
    digest: str
    updated_at: datetime = instant()


class Market(SQLModel, table=True):
    """The policy of a market, as whoever spoke last wrote it: the library's author, or compliance in the API."""

    __tablename__ = "market"
    id: str = Field(primary_key=True)
    body: dict[str, Any] = document()
    digest: str
    imported: str | None = None
    """The digest of what the library last said. A file that says the same again changes nothing of what was set since."""
    updated_at: datetime = instant()
