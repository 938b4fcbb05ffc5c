"""What an author says of the steps that send: an e-mail, a message on another channel, an invitation."""

from typing import Literal, Self

from pydantic import Field, model_validator

from journeys.definitions.marks import Mark
from journeys.definitions.words import Content
from journeys.durations import Duration, Length, Unit
from journeys.shapes import Authored, Slug


class Route(Authored):
    """A channel, with content that was made for it."""

    channel: Slug
    content: Content


class Sending(Authored):
    """Approved content for one recipient, sent by the rep in charge or without a human's hand."""

    content: Content
    sent_by: Literal["rep", "automatic"] = "automatic"
    to: Literal["hcp", "nurse"] = "hcp"
    due: Duration | None = None
    hold_up_to: Duration = Length(14, Unit.DAY)

    @property
    def on(self) -> str:
        """The channel by name."""
        return "email"

    @property
    def routes(self) -> tuple[Route, ...]:
        """Its own channel, then those to which it may fall back."""
        return (Route(channel=self.on, content=self.content),)

    @model_validator(mode="after")
    def _due_for_rep(self) -> Self:
        if (self.sent_by == "rep") != (self.due is not None):
            raise ValueError("what the rep sends says when it is due; what is sent automatically has no due")
        return self


class Written(Sending):
    """What may go by another channel `instead`, where `blocked` says so: the one that the recipient prefers first, then in the order given."""

    instead: tuple[Route, ...] = Field((), max_length=8)

    @property
    def routes(self) -> tuple[Route, ...]:
        return (*super().routes, *self.instead)

    @model_validator(mode="after")
    def _other_channels(self) -> Self:
        channels = [route.channel for route in self.routes]
        if len(set(channels)) < len(channels):
            raise ValueError("instead names other channels, each once")
        return self


class Email(Written):
    """An e-mail."""


class Message(Written):
    """A message on another channel, such as sms."""

    channel: Slug

    @property
    def on(self) -> str:
        return self.channel


class Invite(Sending):
    """An invitation by e-mail to something that takes place at a known time. `answer_by` is how long an answer is waited for, at the
    longest until it starts; `recorded_by` is how long after its end the attendance may still be reported."""

    occasion: Literal["webinar", "meeting"]
    starts: Mark
    lasts: Duration = Length(60, Unit.MINUTE)
    answer_by: Duration
    recorded_by: Duration = Field(Length(2, Unit.DAY))
