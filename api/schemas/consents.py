"""The consent ledger: what is recorded as evidence, and how a person takes it back."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.shapes import Asked, Moment, Name, Told
from journeys.content import Language
from journeys.definitions import Purpose
from journeys.shapes import Market, Slug

ConsentChannel = Annotated[Slug, Field(description="email, phone, remote, face_to_face, or another by which this installation sends.", examples=["sms"])]
GivenBy = Literal["signature", "paper", "double_opt_in", "web_form"]
TakenBy = Literal["in_person", "phone", "email", "letter", "web_form"]


class NewConsent(Asked):
    channel: ConsentChannel
    purpose: Purpose = Purpose.PROMOTIONAL
    market: Market | None = Field(None, description="The person's own market where none is named.", examples=["SE"])
    method: GivenBy = Field(examples=["signature"])
    text_version: Name = Field(description="The text that was agreed to.", examples=["email-promotional-se@3"])
    language: Language = Field(description="The language of that text.", examples=["sv"])
    proof: Name = Field(description="Where the evidence is: the id of a form, a signature, an opt-in event.", examples=["form-2026-00231"])
    at: Moment | None = Field(None, description="When it was given; now where none is named.")
    expires: Moment | None = None


class NewWithdrawal(Asked):
    channel: ConsentChannel
    purpose: Purpose = Purpose.PROMOTIONAL
    method: TakenBy = Field(examples=["phone"])
    proof: Name | None = None


class NewObjection(Asked):
    method: TakenBy = Field(examples=["letter"])


class ConsentLine(Told):
    """One act of the ledger; acts are never changed or deleted."""

    id: str
    act: Literal["given", "withdrawn"]
    channel: str
    purpose: str
    market: str
    text_version: str | None = None
    language: str | None = None
    method: str
    captured_by: str
    proof: str | None = None
    at: datetime
    expires: datetime | None = None
    recorded_at: datetime


class ConsentStanding(Told):
    """How one channel and purpose stands now in the person's market; the least permissive act wins."""

    channel: str = Field(examples=["email"])
    purpose: str = Field(examples=["promotional"])
    allowed: bool
    reason: Annotated[str | None, Field(examples=["consent_withdrawn"])] = None


class ConsentRecord(Told):
    person_id: str
    objected_at: datetime | None = None
    standing: tuple[ConsentStanding, ...]
    acts: tuple[ConsentLine, ...]


class ObjectionRecord(Told):
    person_id: str
    objected_at: datetime
