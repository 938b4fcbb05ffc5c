"""What an author says of the steps that wait for a human: a visit, a medical hand-off, an escalation."""

from typing import Literal, Self

from pydantic import Field, model_validator

from journeys.access import MeetingForm
from journeys.definitions.words import Content
from journeys.durations import Duration
from journeys.shapes import Authored, Slug, StepId


class Meeting(Authored):
    """What one channel of a visit uses. Material made for the room does not carry over to a screen."""

    materials: tuple[Content, ...] = ()
    message: str | None = Field(None, max_length=500)


class Visit(Authored):
    by: Literal["rep"] = "rep"
    form: MeetingForm = MeetingForm.PRODUCT_INFORMATION
    due: Duration
    face_to_face: Meeting | None = None
    remote: Meeting | None = None
    phone: Meeting | None = None
    outcomes: tuple[Slug, ...] = Field(min_length=1)

    @property
    def channels(self) -> dict[str, Meeting]:
        every = {"face_to_face": self.face_to_face, "remote": self.remote, "phone": self.phone}
        return {channel: meeting for channel, meeting in every.items() if meeting is not None}

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.channels:
            raise ValueError("a visit takes place somewhere: give face_to_face, remote or phone")
        return self


class Medical(Authored):
    needs: Literal["inquiry"] | None = None
    due: Duration


class Escalate(Authored):
    """Something is late or stuck: the lead of the side on which the step `about` is played gets a task."""

    about: StepId
    due: Duration
    message: str | None = Field(None, max_length=500)
