"""Letters outside a journey: one row for each, and their words apart, on the side of the firewall that wrote them."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import document, instant, may_refer_to, maybe_instant, refers_to


class Dispatch(SQLModel, table=True):
    """One letter that no journey sends: what it is, to whom, and where it stands. Its touch lies in the ledger as any other."""

    __tablename__ = "dispatch"
    id: str = Field(primary_key=True)
    person_id: str = refers_to("person.id")
    channel: str
    purpose: str
    product: str
    market: str
    content_id: str
    content_version: int
    inquiry_id: str | None = may_refer_to("inquiry.id")
    """The question that it answers, where it is medical's answer."""
    by: str | None = None
    passage: int = 1
    """How often it was put on its way: once, unless an operator found that the first never went out."""
    state: str = "requested"
    """requested, held, sent, refused, unknown."""
    reason: str | None = None
    until: datetime | None = maybe_instant()
    """When a held one is tried again."""
    created_at: datetime = instant()
    ended_at: datetime | None = maybe_instant()


class InvitationNotice(SQLModel, table=True):
    """What a letter says of an invitation that was sent before: that it is at another time now, or called off."""

    __tablename__ = "invitation_notice"
    __table_args__ = (UniqueConstraint("touch_key", "sequence"),)
    dispatch_id: str = Field(primary_key=True, foreign_key="dispatch.id")
    touch_key: str = refers_to("touch.key", index=False)
    starts: datetime = instant()
    ends: datetime = instant()
    sequence: int
    called_off: bool
    reason: str
    by: str
    at: datetime = instant()


class DispatchWords(SQLModel, table=True):
    """What the letter says beside its content's own words, until it went out: the copy in the ledger has them from there."""

    __tablename__ = "dispatch_words"
    dispatch_id: str = Field(primary_key=True, foreign_key="dispatch.id")
    tokens: dict[str, Any] = document()


class MedicalDispatchWords(SQLModel, table=True):
    """The same of medical's answers, where medical roles alone read."""

    __tablename__ = "dispatch_words"
    __table_args__ = {"schema": "medical"}
    dispatch_id: str = Field(primary_key=True, foreign_key="dispatch.id")
    tokens: dict[str, Any] = document()
