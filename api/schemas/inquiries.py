"""Medical inquiries: commercial tells what was asked and learns when it was answered; the words are for medical."""

from base64 import b64decode
from binascii import Error as NotBase64Error
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from api.schemas.safety import Reported
from api.schemas.shapes import Asked, Moment, Name, Told, Verbatim
from journeys.content import Language
from journeys.definitions import Content
from journeys.medical import Question, Urgency
from journeys.shapes import Slug

TypedName = Annotated[str, StringConstraints(min_length=3, max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$")]
SvgPath = Annotated[str, StringConstraints(min_length=4, max_length=20_000, pattern=r"^[Mm][MmLlHhVvCcSsQqTtAaZz0-9eE ,.+-]*$")]
Png = Annotated[str, StringConstraints(min_length=16, max_length=60_000)]

_PNG = b"\x89PNG\r\n\x1a\n"


class NewSignature(Asked):
    """The HCP's own mark, made on the rep's device over the words that were read out. Exactly one of the three."""

    svg_path: SvgPath | None = Field(None, description="The strokes, as the data of an SVG path.", examples=["M10 40 C20 10 40 10 50 40"])
    png: Png | None = Field(None, description="A picture of it, in base64; at most 45 kB.")
    typed_name: TypedName | None = Field(None, description="The name, as the HCP typed it.", examples=["Astrid Lindqvist"])
    signed_at: Moment = Field(description="When, by the device's clock.", examples=["2026-03-02T09:30:00+01:00"])

    @field_validator("png")
    @classmethod
    def _is_png(cls, png: str | None) -> str | None:
        if png is not None:
            try:
                picture = b64decode(png, validate=True)
            except NotBase64Error:
                raise ValueError("a picture is given in base64") from None
            if not picture.startswith(_PNG):
                raise ValueError("a picture is a PNG file")
        return png

    @model_validator(mode="after")
    def _one(self) -> "NewSignature":
        if len(self.marks) != 1:
            raise ValueError("a signature is one of svg_path, png and typed_name")
        return self

    @property
    def marks(self) -> dict[str, str]:
        """The mark by its kind."""
        every = {"svg_path": self.svg_path, "png": self.png, "typed_name": self.typed_name}
        return {kind: mark for kind, mark in every.items() if mark is not None}


class DraftWords(Reported):
    """What was asked, and the HCP's signature under it where there is one. Each draft takes the place of the one before."""

    question: Verbatim = Field(description="The HCP's own words.", examples=["Is there any experience in patients over 80?"])
    signature: NewSignature | None = None


class NewInquiry(DraftWords):
    person_id: Name = Field(examples=["7c1d4f6a2b9e4c0f8a35d1e2f3a4b5c6"])
    product: Slug = Field(examples=["cardiolex"])
    therapeutic_area: Slug | None = Field(None, description="By which the question finds its MSL.", examples=["heart_failure"])
    language: Language | None = Field(None, description="In which it was asked; the HCP's own, where none is given.", examples=["sv"])
    urgency: Urgency = Urgency.ROUTINE
    unsolicited: bool = Field(description="The rep attests that the HCP asked unprompted, in the market's wording.", examples=[True])
    draft: bool = Field(default=False, description="Keep it as a draft, to be submitted later.")
    corrects: Name | None = Field(None, description="The submitted inquiry whose record this one corrects.")


class Submission(Asked):
    unsolicited: bool = Field(description="The rep attests that the HCP asked unprompted, in the market's wording.", examples=[True])


class Attestation(Told):
    wording: str = Field(description="What the rep attests by submitting.")


class ClarificationAsked(Told):
    """What medical wants to know of the circumstances."""

    id: str
    asks: str = Field(description="The question's code.", examples=["reply_by"])
    sentence: str = Field(examples=["By when does the HCP need the answer?"])
    asked_at: datetime
    answered_at: datetime | None = None


class ClarificationSaid(ClarificationAsked):
    words: str | None = Field(None, description="What the rep said.")


class InquiryLine(Told):
    """Status and dates: all that commercial learns, beside what the rep told."""

    id: str
    person_id: str
    product: str = Field(examples=["cardiolex"])
    therapeutic_area: str | None = Field(None, examples=["heart_failure"])
    language: str | None = Field(None, examples=["sv"])
    urgency: str = Field("routine", examples=["routine"])
    status: str = Field(description="draft, received, in_progress, answered or withdrawn.", examples=["received"])
    recorded_by: str
    recorded_at: datetime
    attestation: str | None = Field(None, description="The sentence that was attested, as it was shown.")
    attested_by: str | None = None
    attested_at: datetime | None = None
    signature_digest: str | None = Field(
        None, description="SHA-256 over the words and the HCP's signature, where there is one: for medical, and whoever wrote them."
    )
    signed_at: datetime | None = None
    submitted_at: datetime | None = None
    corrects: str | None = None
    due: datetime | None = Field(None, description="Until when medical answers.")
    taken_at: datetime | None = None
    responded_at: datetime | None = Field(None, description="When medical's answer went out as a message.")
    closed_at: datetime | None = None


class InquiryForCommercial(InquiryLine):
    seen_by: Literal["commercial"] = "commercial"
    clarifications: tuple[ClarificationAsked, ...] = ()


class InquiryInQueue(InquiryLine):
    """As it stands in medical's queue: without its words."""

    seen_by: Literal["medical"] = "medical"
    assignee: str | None = Field(None, description="The MSL whose it is; null in the queue.")
    offered: bool = Field(default=False, description="Whoever has it is out of office: the lead, or the stand-in, may take it.")
    escalated_at: datetime | None = None
    escalated_to: str | None = None
    response: str | None = Field(None, description="Where the message with the answer stands: requested, held, sent, refused or unknown.", examples=["sent"])
    response_reason: str | None = Field(None, description="Why it is held or refused.", examples=["channel_down"])


class InquiryForMedical(InquiryInQueue):
    question: str
    answer: str | None = None
    answered_by: str | None = None
    clarifications: tuple[ClarificationSaid, ...] = ()


InquiryListed = Annotated[InquiryForCommercial | InquiryInQueue, Field(discriminator="seen_by")]
InquiryRead = Annotated[InquiryForCommercial | InquiryForMedical, Field(discriminator="seen_by")]


class SignatureRead(Told):
    seen_by: Literal["medical"] = "medical"
    kind: str = Field(examples=["typed_name"])
    mark: str
    signed_at: datetime
    digest: str
    captured_by: str


class Answer(Reported):
    answer: Verbatim = Field(description="What medical answered.", examples=["Two cohort studies include patients over 80; both are attached to my letter."])


class NewResponse(Answer):
    content: Content = Field(description="Approved content of medical's, by id and version.", examples=["hf-answer@1"])
    channel: Slug = Field("email", examples=["email"])


class Closing(Reported):
    outcome: Literal["answered", "withdrawn"] = Field(examples=["answered"])


class HandedOn(Asked):
    to: Name = Field(description="An MSL of the HCP's territory, or a medical lead.", examples=["msl-karin"])
    reason: Literal["absent", "expertise", "workload", "conflict_of_interest", "other"] = Field(examples=["expertise"])


class NewClarification(Asked):
    asks: Question = Field(examples=["reply_by"])


class Clarified(Reported):
    words: Verbatim = Field(description="What the rep knows; it is medical's alone from here.", examples=["Before the conference on Thursday."])
