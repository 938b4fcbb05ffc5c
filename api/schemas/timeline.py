"""Lines of a story: a sentence for people, the codes for programs. The medical shape names no journey, because its name tells the persona."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.shapes import Told


class _Line(Told):
    sentence: str = Field(examples=["The visit “First meeting” was completed by Eva Berg, face to face: interested."])
    side: str = Field(examples=["commercial"])
    what: str = Field(examples=["task_closed"])
    enrolment_id: str | None = Field(None, description="The run; none for a letter outside a journey.")
    dispatch_id: str | None = Field(None, description="The letter outside a journey that the line is about.")
    step: str | None = Field(None, examples=["first-visit"])
    key: str | None = Field(
        None,
        description="This passage through the step: the id of its task, the key of its touch.",
        examples=["enr0d8b5c1e6f0e4a519d550c1f4b7a2d10.first-visit.1"],
    )
    way: str | None = Field(None, examples=["interested"])
    to: str | None = Field(None, examples=["done"])
    reason: str | None = None
    until: datetime | None = None
    by: str | None = Field(None, description="The user, by id.", examples=["rep-eva"])
    channel: str | None = Field(None, examples=["face_to_face"])
    remark: str | None = Field(None, description="The words given as the reason, where your side may read them.")
    at: datetime = Field(description="When it happened.")
    arrived_at: datetime = Field(description="When it was written down.")


class LineForCommercial(_Line):
    seen_by: Literal["commercial"] = "commercial"
    journey: str | None = Field(None, examples=["heart-failure-pioneer"])
    version: int | None = Field(None, examples=[1])


class LineForMedical(_Line):
    seen_by: Literal["medical"] = "medical"


TimelineLine = Annotated[LineForCommercial | LineForMedical, Field(discriminator="seen_by")]
