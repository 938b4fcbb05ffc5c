"""Notifications: a line that a journey puts before a colleague, the house before marketing, or whoever wrote back before whom it is for."""

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


class NotificationOfReply(Told):
    """Somebody wrote back to a message of yours. The words are with the reply: reading that marks this as read too."""

    seen_by: Literal["addressee"] = "addressee"
    id: str = Field(examples=["reply.5f0c9a373f8a4b1c9f4e6f0f5c520d7c"])
    text: str = Field(examples=["The HCP has answered by e-mail."])
    reply_id: str
    person: PersonLine | None = Field(None, description="Who wrote, where you may see the HCP.")
    enrolment_id: str | None = Field(None, description="The run whose message it answers.")
    at: datetime
    read_at: datetime | None = None


NotificationRead = Annotated[
    NotificationForCommercial | NotificationForMedical | NotificationOfContent | NotificationOfSafety | NotificationOfReply, Field(discriminator="seen_by")
]
