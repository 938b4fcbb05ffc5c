"""People as they are told: what is open to all, and each side's profile in a shape that only its readers get."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.safety import Reported
from api.schemas.shapes import Asked, Told, Words
from journeys.shapes import Mobile, Slug


class NewMobile(Asked):
    mobile: Mobile | None = Field(description="In E.164 notation; null takes the number off the record.", examples=["+46701740605"])


class ReopenAddress(Reported):
    channel: Slug = Field(description="Whose address: email, or one that goes to the mobile.", examples=["email"])
    reason: Words = Field(examples=["Her hospital had moved its mail; she says that it arrives again."])


class PersonLine(Told):
    """What is open to both sides of the firewall."""

    id: str = Field(examples=["7c1d4f6a2b9e4c0f8a35d1e2f3a4b5c6"])
    given_name: str = Field(examples=["Astrid"])
    family_name: str = Field(examples=["Lindqvist"])
    salutation: str | None = Field(None, examples=["Dr"])
    profession: str = Field(examples=["physician"])
    specialty: str | None = Field(None, examples=["cardiology"])
    market: str = Field(examples=["SE"])
    language: str | None = Field(None, examples=["sv"])
    channel_preference: str | None = Field(None, examples=["remote"])
    territory_id: str | None = Field(None, examples=["se-stockholm"])
    status: str = Field(examples=["active"])
    addresses: tuple[str, ...] = Field((), description="Which addresses are on record, not the addresses themselves.", examples=[["email", "mobile"]])
    closed: tuple[str, ...] = Field((), description="Those of them from which mail came back for good: nothing goes there until somebody opens them again.")
    organisations: tuple[str, ...] = Field((), description="Where the HCP works.")


class CommercialProfile(Told):
    """What sales and marketing know. No medical role gets this shape."""

    persona: str | None = Field(None, examples=["pioneer"])
    persona_title: str | None = Field(None, examples=["The pioneer"])
    adoption_stage: str | None = Field(None, examples=["trial"])
    tier: str | None = Field(None, examples=["A"])
    decile: int | None = Field(None, examples=[8])
    identity: str | None = Field(None, examples=["high"])
    engagement: str | None = Field(None, examples=["high"])


class MedicalProfile(Told):
    """What medical knows. No commercial role gets this shape."""

    kol_tier: str | None = Field(None, examples=["national"])
    scientific_interest: str | None = Field(None, examples=["heart_failure"])


class PersonForCommercial(PersonLine):
    seen_by: Literal["commercial"] = "commercial"
    commercial: CommercialProfile


class PersonForMedical(PersonLine):
    seen_by: Literal["medical"] = "medical"
    medical: MedicalProfile


class PersonForCompliance(PersonLine):
    seen_by: Literal["compliance"] = "compliance"
    commercial: CommercialProfile
    medical: MedicalProfile


PersonRead = Annotated[PersonForCommercial | PersonForMedical | PersonForCompliance, Field(discriminator="seen_by")]
