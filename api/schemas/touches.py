"""Touches as people read them: where each stands, everything that became known of it, and the copy of what was sent."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.safety import Reported
from api.schemas.shapes import Told, Words

State = Literal["reserved", "accepted", "refused", "deferred", "unknown"]


class TouchLine(Told):
    key: str = Field(examples=["enr0d8b5c1e.follow-up.1"])
    person_id: str
    enrolment_id: str | None = Field(None, description="The run that sent it; none for a letter outside a journey.")
    dispatch_id: str | None = Field(None, description="The letter outside a journey that it carries.")
    step: str | None = Field(None, description="None of a letter outside a journey.")
    channel: str = Field(examples=["email"])
    purpose: str = Field(examples=["promotional"])
    product: str = Field(examples=["cardiolex"])
    content: str | None = Field(None, description="Of a medical response: for medical roles alone.", examples=["hf-dialogue@2"])
    state: State
    reason: str | None = Field(None, description="`not_sent`, where it was learnt later that nothing went out.")
    attempt: int = Field(description="How often it was put on its way.")
    sent_by: str | None = None
    heard: tuple[str, ...] = Field((), description="What was heard of it, in no order.", examples=[["delivered", "opened"]])
    alarm: str | None = Field(None, description="What the monitor finds wrong: unknown for too long, or unbalanced.")
    at: datetime = Field(description="When it was reserved last.")
    settled_at: datetime | None = None


class TouchEventLine(Told):
    """Something that became known: a booking of the ledger, or what was heard."""

    what: str = Field(examples=["accepted"])
    kind: Literal["ledger", "heard"]
    attempt: int | None = Field(None, description="Of a booking: which attempt.")
    source: str = Field(description="Who says so: house, provider, operator, or the system that reported.")
    trouble: str | None = Field(None, description="A code of what went wrong, or of how it was learnt.")
    by: str | None = None
    at: datetime = Field(description="When it happened.")
    arrived_at: datetime = Field(description="When it was written down.")


class TouchRead(TouchLine):
    provider_id: str | None = Field(None, description="The id by which the provider knows it.")
    message_id: str | None = None
    asked: int = Field(0, description="How often the provider was asked what became of it.")
    ask_at: datetime | None = Field(None, description="When it is asked next.")
    events: tuple[TouchEventLine, ...] = Field(description="All that is known, in the order in which it happened.")


class SettleTouch(Reported):
    """What an operator found out."""

    as_: Literal["sent", "not_sent"] = Field(alias="as", examples=["not_sent"])
    again: bool = Field(default=False, description="Of a letter outside a journey that was not sent: send it now, as another touch.")
    reason: Literal["provider_says", "recipient_says", "mail_log", "other"] = Field(examples=["provider_says"])
    remark: Words = Field(examples=["Their support looked it up: never received."])


class HoldCopies(Reported):
    held: bool = Field(examples=[True], description="True keeps the touch's copies beyond their time; false lets them go when it is over.")
    reason: Literal["litigation", "authority", "complaint", "over", "other"] = Field(examples=["litigation"])
    remark: Words = Field(examples=["Asked for by counsel."])


class CopyRead(Told):
    """The message of one attempt, exactly as it was handed over."""

    touch: str
    attempt: int
    sender: str
    to: str
    subject: str | None = None
    text: str
    html: str | None = None
    headers: dict[str, str] = {}
    language: str
    message_id: str
    digest_matches: bool | None = Field(None, description="Whether it is the message whose digest the ledger holds; not told of earlier attempts.")
    held: bool
    at: datetime
    keep_until: datetime


class CopiesRead(Told):
    items: tuple[CopyRead, ...]


class Held(Told):
    copies: int = Field(description="How many copies this concerns.")
    held: bool
