"""What providers report of a touch, and the answer to it."""

from typing import Self

from pydantic import Field, model_validator

from api.schemas.shapes import Asked, Moment, Name, Told
from journeys.touches import TouchEvent


class NewFact(Asked):
    source: Name = Field(description="The system that reports.", examples=["mail-provider"])
    source_id: Name = Field(description="Its id of this event: the same event twice is taken once.", examples=["evt-48213"])
    touch: Name | None = Field(None, description="The key of the touch.")
    message_id: Name | None = Field(None, description="Or the Message-ID of the e-mail.", examples=["<5f0c9a37.3f8a@mail.example>"])
    heard: TouchEvent = Field(examples=["opened"])
    at: Moment

    @model_validator(mode="after")
    def _of_one_touch(self) -> Self:
        if (self.touch is None) == (self.message_id is None):
            raise ValueError("name the touch by its key or by its message_id, one of the two")
        return self


class FactTaken(Told):
    repeated: bool = Field(description="Whether it was known already, and so changed nothing.")
