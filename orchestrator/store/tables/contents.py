"""What happens to content that is in use: recalls, the warnings before its expiry, what reps chose for a letter, and where a content system was read to."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import document, instant, maybe_instant


class Recall(SQLModel, table=True):
    """Append-only (a trigger refuses update and delete): who withdrew a version of content, why, and whom it concerned when it was written."""

    __tablename__ = "recall"
    __table_args__ = (
        ForeignKeyConstraint(["content_id", "version"], ["content_version.id", "content_version.version"]),
        Index("recall_of_content", "content_id", "version", "at"),
    )
    id: str = Field(primary_key=True)
    content_id: str
    version: int
    reason: str
    remark_id: str | None = None
    by: str
    role: str
    source: str
    """desk, or the content system that said so."""
    reach: dict[str, Any] = document()
    """The account of journeys, steps and people, as it was told before."""
    at: datetime = instant()


class ContentWarning(SQLModel, table=True):
    """One threshold before the expiry of an approval, warned of once. A renewal is another expiry, which has warnings of its own."""

    __tablename__ = "content_warning"
    __table_args__ = (UniqueConstraint("content_id", "version", "expires", "days"), Index("content_warning_latest", "at", "id"))
    id: str = Field(primary_key=True)
    content_id: str
    version: int
    expires: datetime = instant()
    days: int
    """60, 30 or 7."""
    reach: dict[str, Any] = document()
    """The journeys, steps and people it concerns, as they were on that day."""
    at: datetime = instant()


class Choice(SQLModel, table=True):
    """What the rep chose for one letter: fragments by their ids, and values of the closed list by their keys. No words of anybody's."""

    __tablename__ = "choice"
    key: str = Field(primary_key=True)
    """Of the passage: the task's, and the touch's that it becomes."""
    letter: str
    """For which content, such as `hf-dialogue@2`: the same touch may go by another channel, with content of its own."""
    fragments: list[str] = document()
    fill: dict[str, str] = document()
    by: str
    at: datetime = instant()


class ContentSource(SQLModel, table=True):
    """How far a content system has been read, and what stood in the way the last time."""

    __tablename__ = "content_source"
    name: str = Field(primary_key=True)
    cursor: str | None = None
    read_at: datetime | None = maybe_instant()
    failures: int = 0
    """In a row."""
    trouble: str | None = None
