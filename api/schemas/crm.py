"""Records of ours at a CRM, and how each stands there."""

from datetime import datetime

from pydantic import Field

from api.schemas.shapes import Told


class CrmRecordLine(Told):
    crm: str = Field(description="The name of the CRM.", examples=["crm"])
    kind: str = Field(description="call, sent_email or suggestion.", examples=["call"])
    key: str = Field(description="Of the touch or the task.", examples=["enr0d8b5c1e.first-visit.1"])
    external_id: str = Field(description="By which both sides know it.", examples=["dirigent-1f0e…"])
    person_id: str
    state: str = Field(description="waiting, written or refused.", examples=["written"])
    since: datetime = Field(description="Since when it stands so.")
    age_seconds: int = Field(description="For how long it has stood so, on the clock on the wall.")
    trouble: str | None = Field(None, description="What stood in the way last.", examples=["unknown_account"])
    attempts: int = Field(description="Since it was last written.")
    try_after: datetime | None = Field(None, description="Of one that waits: when it is tried next.")
    crm_id: str | None = Field(None, description="The CRM's own id of it.")
    written_at: datetime | None = None
    feedback: str | None = Field(None, description="What the rep made of a suggestion: accepted, dismissed or done.")
    feedback_reason: str | None = Field(None, description="The CRM's code of why.")
    feedback_at: datetime | None = None
    alarm: bool = Field(description="Whether the monitor has raised an alarm.")
