"""Medical inquiries: commercial tells what was asked and learns when it was answered; the words are for medical."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.shapes import Asked, Name, Told
from journeys.shapes import Slug

Verbatim = Annotated[str, StringConstraints(min_length=3, max_length=4000, pattern=r"^[^\x00]*$")]


class NewInquiry(Asked):
    person_id: Name = Field(examples=["7c1d4f6a2b9e4c0f8a35d1e2f3a4b5c6"])
    product: Slug = Field(examples=["cardiolex"])
    question: Verbatim = Field(description="The HCP's own words.", examples=["Is there any experience in patients over 80?"])
    unsolicited: bool = Field(description="The rep attests that the HCP asked unprompted.", examples=[True])


class InquiryLine(Told):
    """Status and dates: all that commercial learns."""

    id: str
    person_id: str
    product: str = Field(examples=["cardiolex"])
    status: str = Field(description="received, in_progress, answered or withdrawn.", examples=["received"])
    recorded_by: str
    recorded_at: datetime
    taken_at: datetime | None = None
    closed_at: datetime | None = None


class InquiryForCommercial(InquiryLine):
    seen_by: Literal["commercial"] = "commercial"


class InquiryForMedical(InquiryLine):
    seen_by: Literal["medical"] = "medical"
    question: str
    answer: str | None = None
    answered_by: str | None = None


InquiryRead = Annotated[InquiryForCommercial | InquiryForMedical, Field(discriminator="seen_by")]


class Answer(Asked):
    answer: Verbatim = Field(description="What medical answered.", examples=["Two cohort studies include patients over 80; both are attached to my letter."])
