"""Visits: what a unit approved of them. How an HCO receives reps stands with the HCO."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import instant, may_refer_to, refers_to


class UnitApproval(SQLModel, table=True):
    """Append-only: a unit approved a visit, as the rep recorded it before the visit was reported."""

    __tablename__ = "unit_approval"
    id: str = Field(primary_key=True)
    task_id: str = refers_to("task.id")
    person_id: str = refers_to("person.id")
    organisation_id: str | None = may_refer_to("organisation.id")
    form: str
    proof: str
    by: str
    at: datetime = instant()
