"""What operators do to running journeys and what they are told of them: halts, operations over many runs, where each line stands, alarms."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import document, instant, may_refer_to, maybe_instant, refers_to


class Halt(SQLModel, table=True):
    """A pause or stop of everything in a scope, from the moment it is written until it is lifted."""

    __tablename__ = "halt"
    __table_args__ = (Index("halt_in_force", "scope", "value", postgresql_where=text("lifted_at IS NULL")),)
    id: str = Field(primary_key=True)
    kind: str
    """pause or stop."""
    scope: str
    value: str
    reason: str
    remark_id: str | None = None
    by: str
    at: datetime = instant()
    concerned: int
    """How many runs were under way in the scope when it was written."""
    lifted_at: datetime | None = maybe_instant()
    lifted_by: str | None = None
    catch_up: str | None = None


class Operation(SQLModel, table=True):
    """One act on many runs, carried out at a pace. `orders` hold what it needs: the version to move to and the map, the step, the catch-up."""

    __tablename__ = "operation"
    __table_args__ = (Index("operation_latest", "created_at", "id"),)
    id: str = Field(primary_key=True)
    kind: str
    """pause, resume, stop, migrate, recall, retry, go_on, move_to or leave."""
    subject: str
    """What it is about, such as `halt:…` or `definition:heart-failure-pioneer@2`."""
    orders: dict[str, Any] = document()
    reason: str
    remark_id: str | None = None
    by: str
    status: str = "running"
    """running, held, stopped or done."""
    per_second: int
    halt_id: str | None = may_refer_to("halt.id")
    not_before: datetime | None = maybe_instant()
    """When it begins, on the clock on the wall; its runs are those that are there then. None: they are chosen already."""
    created_at: datetime = instant()
    finished_at: datetime | None = maybe_instant()


class OperationItem(SQLModel, table=True):
    """One run of an operation, and what became of it."""

    __tablename__ = "operation_item"
    __table_args__ = (
        UniqueConstraint("operation_id", "enrolment_id", "passage", postgresql_nulls_not_distinct=True),
        Index("operation_next", "operation_id", "try_after", "number", postgresql_where=text("result = 'waiting'")),
    )
    operation_id: str = Field(primary_key=True, foreign_key="operation.id")
    number: int = Field(primary_key=True)
    enrolment_id: str = refers_to("enrolment.id")
    passage: str | None = None
    """The passage at which it acts, where it acts on one."""
    result: str = "waiting"
    """waiting, done, refused, ended or left_out."""
    code: str | None = None
    """Why it was refused, or why it still waits."""
    detail: str | None = None
    attempts: int = 0
    try_after: datetime = instant()
    at: datetime | None = maybe_instant()


class StandingRow(SQLModel, table=True):
    """Where one line of a run stands, as the run last told. Gone when the line or the run has ended."""

    __tablename__ = "standing"
    __table_args__ = (Index("standing_doing", "doing", "since"),)
    enrolment_id: str = Field(primary_key=True, foreign_key="enrolment.id")
    line: str = Field(primary_key=True)
    step: str
    key: str
    doing: str
    since: datetime = instant()
    until: datetime | None = maybe_instant()
    reason: str | None = None


class AlarmRow(SQLModel, table=True):
    """A run that nothing will wake, or that the store and Temporal tell differently: since when, first seen when, and when it was well again."""

    __tablename__ = "alarm"
    __table_args__ = (Index("alarm_open", "seen_at", postgresql_where=text("cleared_at IS NULL")),)
    enrolment_id: str = Field(primary_key=True, foreign_key="enrolment.id")
    kind: str = Field(primary_key=True)
    since: datetime = instant()
    seen_at: datetime = instant()
    cleared_at: datetime | None = maybe_instant()
