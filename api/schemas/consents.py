"""The consent ledger: what is recorded as evidence, and how a person takes it back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.shapes import Asked, Moment, Name, Told
from journeys.content import Language
from journeys.definitions import Purpose
from journeys.shapes import Market, Slug

ConsentChannel = Annotated[Slug, Field(description="email, phone, remote, face_to_face, or another by which this installation sends.", examples=["sms"])]
GivenBy = Literal["signature", "paper", "double_opt_in", "web_form"]
TakenBy = Literal["in_person", "phone", "email", "letter", "web_form"]


Product = Annotated[Slug | None, Field(description="The product or content line that it is about; every one where none is named.", examples=["cardiolex"])]


class NewConsent(Asked):
    channel: ConsentChannel
    purpose: Purpose = Purpose.PROMOTIONAL
    product: Product = None
    market: Market | None = Field(None, description="The person's own market where none is named.", examples=["SE"])
    method: GivenBy = Field(examples=["signature"])
    text_version: Name = Field(description="The text that was agreed to, as `GET /consent-texts` names it.", examples=["se-email-2025-1"])
    language: Language = Field(description="The language of that text.", examples=["sv"])
    proof: Name = Field(description="Where the evidence is: the id of a form, a signature, an opt-in event.", examples=["form-2026-00231"])
    at: Moment | None = Field(None, description="When it was given; now where none is named.")
    expires: Moment | None = Field(None, description="When it is over, where that is sooner than its text says.")


class NewWithdrawal(Asked):
    channel: ConsentChannel
    purpose: Purpose = Purpose.PROMOTIONAL
    product: Product = None
    method: TakenBy = Field(examples=["phone"])
    proof: Name | None = None


class NewOptIn(Asked):
    text_version: Name = Field(description="The text that the letter asks about; it must have a letter.", examples=["se-email-2025-1"])
    product: Product = None
    language: Language = Field(description="The language of the text.", examples=["sv"])


class NewObjection(Asked):
    method: TakenBy = Field(examples=["letter"])


class ConsentLine(Told):
    """One act of the ledger; acts are never changed or deleted."""

    id: str
    act: Literal["given", "withdrawn"]
    channel: str
    purpose: str
    market: str
    product: str | None = None
    text_version: str | None = None
    language: str | None = None
    method: str
    captured_by: str
    proof: str | None = None
    at: datetime
    expires: datetime | None = None
    recorded_at: datetime
    source: str = Field("dirigent", description="Where the act was captured: here, or the system that it was imported from.")
    source_id: str | None = None
    evidence: dict[str, Any] | None = None


class ConsentStanding(Told):
    """How one channel and purpose stands now in the person's market, for a product or for all that no act names; the least permissive act wins."""

    channel: str = Field(examples=["email"])
    purpose: str = Field(examples=["promotional"])
    product: str | None = Field(None, examples=["cardiolex"])
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


class ConsentTextRead(Told):
    """A text with which people are asked for consent. It never changes."""

    text: str = Field(examples=["se-email-2025-1"])
    title: str
    market: str
    channel: str
    purpose: str
    product: str | None = None
    words: dict[str, str] = Field(description="What it says, by language.")
    lasts: str | None = Field(None, description="How long a consent to it lasts.", examples=["2 years"])
    double_opt_in: bool = Field(description="Whether a letter may ask for the second click.")
    retired: bool = False


class OptInRead(Told):
    """A double opt-in that was begun: a letter is on its way, and nothing is allowed before its link is used."""

    id: str
    text: str = Field(examples=["se-email-2025-1"])
    channel: str
    product: str | None = None
    language: str
    until: datetime = Field(description="How long the link is good.")
    confirmed: bool = False
