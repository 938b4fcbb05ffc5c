"""Notifications: a line that a journey puts before a colleague, or the house before marketing."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.expiring import ContentWarned
from api.schemas.people import PersonLine
from api.schemas.shapes import Told


class _Notification(Told):
    id: str = Field(examples=["enr0d8b5c1e6f0e4a519d550c1f4b7a2d10.tell-sales.1.user-sales"])
    text: str = Field(description="The journey's own words.", examples=["A pioneer asked for a second meeting."])
    person: PersonLine | None = Field(None, description="Whom it is about, where you may see the HCP.")
    enrolment_id: str
    at: datetime
    read_at: datetime | None = None


class NotificationForCommercial(_Notification):
    seen_by: Literal["commercial"] = "commercial"
    journey: str = Field(examples=["heart-failure-pioneer"])
    version: int = Field(examples=[1])
    step: str = Field(examples=["tell-sales"])


class NotificationForMedical(_Notification):
    """A journey's name and steps tell how sales rates the HCP: medical reads the words alone."""

    seen_by: Literal["medical"] = "medical"


class NotificationOfContent(Told):
    """The approval of content ends: put before marketing 60, 30 and 7 days before."""

    seen_by: Literal["marketing"] = "marketing"
    id: str
    text: str = Field(examples=["The approval of hf-dialogue@2 ends on 2027-04-01, in 30 days or sooner. It concerns 1 person: …"])
    warning: ContentWarned
    at: datetime
    read_at: datetime | None = None


class NotificationOfSafety(Told):
    """A safety case waits, and its deadline is near or past."""

    seen_by: Literal["safety"] = "safety"
    id: str
    text: str = Field(examples=["A safety case is overdue since 3 March 2026, 09:30 UTC: nobody has acknowledged it."])
    case_id: str
    at: datetime
    read_at: datetime | None = None


NotificationRead = Annotated[NotificationForCommercial | NotificationForMedical | NotificationOfContent | NotificationOfSafety, Field(discriminator="seen_by")]
