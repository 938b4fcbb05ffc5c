"""Safety cases, in a schema of their own: what was reported, when who learnt of it, and how it was handed over. Nobody deletes anything here, and what was
reported is never changed (triggers refuse it). No journey, no condition and no commercial query reads this schema."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import instant, maybe_instant, serial, words

SCHEMA = "safety"


class SafetyCaseRow(SQLModel, table=True):
    """One case. A trigger lets its last seven columns change and no other. `person_id` is no foreign key: a case outlives the record of the person."""

    __tablename__ = "safety_case"
    __table_args__ = (
        Index("safety_case_list", "received_at", "id"),
        Index("safety_case_open", "due_at", postgresql_where=text("acknowledged_at IS NULL")),
        {"schema": SCHEMA},
    )
    id: str = Field(primary_key=True)
    kind: str
    person_id: str | None = Field(default=None, index=True)
    product: str | None = None
    market: str | None = None
    reporter: str = Field(index=True)
    report: str | None = None
    """Where it was told, such as `task:…`; None of a report on its own."""
    aware_at: datetime = instant()
    """Day 0: when anybody of the company learnt of it, as the reporter says, and never later than `received_at`."""
    received_at: datetime = instant()
    """When it was told here, by the server's clock."""
    due_at: datetime = instant()
    sent_at: datetime | None = maybe_instant()
    """When the safety inbox last took it."""
    failures: int = 0
    """How often it was not taken since."""
    escalated_at: datetime | None = maybe_instant()
    """Every step of the escalation until then is done."""
    look_at: datetime | None = maybe_instant()
    """When its workflow looks again, on the clock on the wall."""
    acknowledged_at: datetime | None = maybe_instant()
    acknowledged_by: str | None = None
    reference: str | None = None
    """The case number of the safety database, where it told one."""


class SafetyLine(SQLModel, table=True):
    """Append-only: the words of a report, and what was added to it later. A correction is a line of its own."""

    __tablename__ = "safety_line"
    __table_args__ = ({"schema": SCHEMA},)
    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key=f"{SCHEMA}.safety_case.id", index=True)
    kind: str
    """report, follow_up or correction."""
    words: str = words()
    by: str
    at: datetime = instant()


class SafetyAnswerRow(SQLModel, table=True):
    """Append-only: that somebody was asked about safety at a report, and what they answered."""

    __tablename__ = "safety_answer"
    __table_args__ = (Index("safety_answer_of", "report"), {"schema": SCHEMA})
    id: str = Field(primary_key=True)
    report: str
    by: str
    answer: str
    """none or yes."""
    case_id: str | None = Field(default=None, foreign_key=f"{SCHEMA}.safety_case.id")
    at: datetime = instant()


class SafetyFlag(SQLModel, table=True):
    """Words in which a safety word stands though nobody reported anything: for a drug safety officer to look at. A trigger lets the review change, and
    nothing else."""

    __tablename__ = "safety_flag"
    __table_args__ = (Index("safety_flag_open", "at", "id", postgresql_where=text("reviewed_at IS NULL")), {"schema": SCHEMA})
    id: str = Field(primary_key=True)
    report: str
    by: str | None = None
    """Who wrote them; None where they came from outside."""
    person_id: str | None = None
    product: str | None = None
    hits: list[str] = Field(sa_column=Column(JSON, nullable=False))
    words: str = words()
    at: datetime = instant()
    reviewed_at: datetime | None = maybe_instant()
    reviewed_by: str | None = None
    case_id: str | None = Field(default=None, foreign_key=f"{SCHEMA}.safety_case.id")
    """The case that the review opened."""


class SafetySending(SQLModel, table=True):
    """Append-only: one attempt to hand a case over, and what came of it, in codes."""

    __tablename__ = "safety_sending"
    __table_args__ = ({"schema": SCHEMA},)
    id: int | None = serial()
    case_id: str = Field(foreign_key=f"{SCHEMA}.safety_case.id", index=True)
    way: str
    """inbox or adapter."""
    result: str
    """taken, acknowledged, or not_taken."""
    trouble: str | None = None
    at: datetime = instant()


class SafetyNotice(SQLModel, table=True):
    """A line for one colleague: a case waits, and its deadline is near or past."""

    __tablename__ = "safety_notice"
    __table_args__ = (UniqueConstraint("case_id", "step", "user_id"), Index("safety_notice_list", "user_id", "at", "id"), {"schema": SCHEMA})
    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key=f"{SCHEMA}.safety_case.id", index=False)
    user_id: str = Field(foreign_key="app_user.id")
    step: str
    """due_in_8_hours and the like, or overdue."""
    at: datetime = instant()
    read_at: datetime | None = maybe_instant()
