"""What brings HCPs into journeys from outside: the events that other systems report, and the sweeps that enter many people one after the other."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import document, instant, may_refer_to, maybe_document, maybe_instant


class OutsideEvent(SQLModel, table=True):
    """An event as another system reported it, stored once by that system's id; what is not declared of it is not kept."""

    __tablename__ = "outside_event"
    __table_args__ = (UniqueConstraint("source", "source_id"), Index("outside_event_by_standing", "standing", "arrived_at"))
    id: str = Field(primary_key=True)
    source: str
    source_id: str
    event: str
    key: str | None = None
    person_id: str | None = may_refer_to("person.id")
    side: str = "open"
    """open, commercial or medical: who may read it, as it is declared."""
    standing: str
    """taken, or why it was not: unknown_person, unknown_event and so on."""
    fields: dict[str, Any] = document()
    named: dict[str, Any] | None = maybe_document()
    """By which id of which source the person was named, until the person is known."""
    late: bool = False
    at: datetime = instant()
    """When it happened, as the source says."""
    arrived_at: datetime = instant()
    judged_at: datetime = instant()
    """When it was last looked at: one whose person nobody knew is looked at again."""


class EventEffect(SQLModel, table=True):
    """What an event led to in one journey: a run that was told, an HCP who entered or was refused. An event without one concerned nobody."""

    __tablename__ = "event_effect"
    event_id: str = Field(primary_key=True, foreign_key="outside_event.id")
    enrolment_id: str = Field(default="", primary_key=True)
    """The run that was told or entered; none for a refusal."""
    journey: str = Field(primary_key=True)
    effect: str
    """entered, queued, told, left or refused."""
    reason: str | None = None


class Sweep(SQLModel, table=True):
    """A passage through many people that enters each of them in one journey: asked for in bulk, by a schedule, or by a condition that stands."""

    __tablename__ = "sweep"
    __table_args__ = (Index("sweep_list", "created_at", "id"),)
    id: str = Field(primary_key=True)
    kind: str
    """bulk, schedule or condition."""
    journey: str = Field(index=True)
    selection: dict[str, Any] = document()
    per_second: float | None = None
    """Entries per second of real time; None for what the workers are set to."""
    state: str
    """counting, counted, running, paused, stopped, done."""
    counted: dict[str, Any] = document()
    """How many would enter, and how many would be refused by which reason, when it was counted."""
    created_by: str
    role: str
    """In which role it was asked for."""
    created_at: datetime = instant()
    started_at: datetime | None = maybe_instant()
    ended_at: datetime | None = maybe_instant()


class SweepResult(SQLModel, table=True):
    """What a sweep came to for one person."""

    __tablename__ = "sweep_result"
    sweep_id: str = Field(primary_key=True, foreign_key="sweep.id")
    person_id: str = Field(primary_key=True, foreign_key="person.id")
    result: str
    """entered, queued, refused or failed."""
    reason: str | None = None
    enrolment_id: str | None = may_refer_to("enrolment.id", index=False)
    at: datetime = instant()
