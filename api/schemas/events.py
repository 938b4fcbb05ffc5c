"""Events of the outside: what another system reports of a person, what is on record of it, and what it led to."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from api.schemas.shapes import Asked, EventKey, Moment, Name, Told
from journeys.shapes import Slug

_Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
FieldValue = bool | int | _Text | tuple[_Text, ...]


class ExternalId(Asked):
    source: Name = Field(description="Whose id it is.", examples=["crm"])
    value: Name = Field(examples=["0031-HCP"])


class NewEvent(Asked):
    source: Name = Field(description="The system that reports.", examples=["booking"])
    id: Name = Field(description="Its id of this event: the same event twice is taken once.", examples=["evt-48213"])
    event: Slug = Field(description="What happened.", examples=["appointment_booked"])
    key: EventKey | None = Field(None, description="What it is about. Numbers and texts match alike.", examples=["appointment-4711"])
    person: Name | None = Field(None, description="The id of the person.", examples=["7c1d4f6a2b9e4c0f8a35d1e2f3a4b5c6"])
    external: ExternalId | None = Field(None, description="Or another system's id of the person.")
    at: Moment
    fields: dict[Slug, FieldValue] = Field({}, max_length=50, description="Codes, numbers and flags; never a name, an address or free words.")

    @model_validator(mode="after")
    def _of_one_person(self) -> Self:
        if (self.person is None) == (self.external is None):
            raise ValueError("name the person by `person` or by `external`, one of the two")
        return self


class Effect(Told):
    """What the event led to in one journey."""

    journey: str = Field(examples=["appointment-reminder"])
    effect: str = Field(description="entered, queued, told, left or refused.", examples=["entered"])
    reason: str | None = Field(None, description="Why it was refused: a code of docs/problems.md, or not_begun.")
    enrolment_id: str | None = None


class EventRead(Told):
    id: str = Field(examples=["5f0c9a373f8a4b1c9f4e6f0f5c520d7c"])
    source: str
    source_id: str
    event: str
    key: str | None = None
    person_id: str | None = None
    standing: str = Field(
        description="taken, or why it was not: unknown_person, unknown_event, unknown_field, missing_field, wrong_type or unknown_value.", examples=["taken"]
    )
    late: bool = Field(description="Whether it was told more than a day after it happened.")
    at: datetime
    arrived_at: datetime
    effects: tuple[Effect, ...] = Field((), description="Empty where it concerned no journey of this person.")


class EventTaken(EventRead):
    repeated: bool = Field(description="Whether it had been taken before, so that nothing followed this time.")


class EventsTaken(Told):
    items: tuple[EventTaken, ...] = Field(description="Each of the events, in the order in which they were told.")
