"""The adverse-event question and safety cases: what every report with free words answers, what a case is told by, and what each reader learns of it."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from api.schemas.free_words import free_words
from api.schemas.shapes import Asked, Moment, Name, Told, Verbatim
from journeys.safety import SafetyKind
from journeys.shapes import Slug

UNANSWERED = "safety_unanswered"
_QUESTION = "say whether what was heard tells of an adverse event, a product complaint, a pregnancy or the like: {'answer': 'none'}, or 'yes' with what it is"


class NothingToReport(Asked):
    answer: Literal["none"] = Field(description="Nothing that was heard tells of an adverse event or the like.")


class SafetyReport(Asked):
    """What was heard, in the words in which it was heard: who, what, when, as far as it is known. Drug safety alone reads them."""

    answer: Literal["yes"]
    kind: SafetyKind = Field(examples=["adverse_event"])
    words: Verbatim = Field(examples=["A patient of hers, about 70, had a rash two days after the first tablet."])
    product: Slug | None = Field(None, description="The product of the report where none is named.", examples=["cardiolex"])
    aware_at: Moment | None = Field(None, description="When you, or whoever of the company was first, learnt of it; now where none is named.")


SafetyAnswer = Annotated[NothingToReport | SafetyReport, Field(discriminator="answer")]


class Reported(Asked):
    """A body with free words, which may tell of an adverse event without calling it one: whoever gives words answers the question. One that is given
    without words needs no answer and may have one. Source: Dir. 2001/83 Art. 93 (representatives report any information on use)."""

    safety: SafetyAnswer | None = Field(
        None, description="The answer to the adverse-event question; required wherever free words are given.", examples=[{"answer": "none"}]
    )

    @model_validator(mode="after")
    def _answered(self) -> Self:
        if self.safety is None and next(free_words(self), None) is not None:
            raise PydanticCustomError(UNANSWERED, "{question}", {"question": _QUESTION})
        return self


class NewSafetyCase(Asked):
    """A report on its own, about a person or about nobody in particular."""

    kind: SafetyKind = Field(examples=["product_complaint"])
    words: Verbatim = Field(examples=["The blister of lot 4711 was torn, says the ward."])
    person_id: Name | None = Field(None, description="The HCP who told it, where it is one on record.", examples=["7c1d4f6a2b9e4c0f8a35d1e2f3a4b5c6"])
    product: Slug | None = Field(None, examples=["cardiolex"])
    aware_at: Moment | None = Field(None, description="When you, or whoever of the company was first, learnt of it; now where none is named.")


class MoreOfCase(Asked):
    """What is added to a case. What was reported stays as it was reported: a correction is a line beside it."""

    kind: Literal["follow_up", "correction"] = Field(examples=["follow_up"])
    words: Verbatim = Field(examples=["The patient has recovered, says the clinic."])


class Acknowledge(Asked):
    reference: Name | None = Field(None, description="The case number of the safety database.", examples=["2026-SE-004711"])


class AdapterAnswer(Asked):
    answer: Literal["acknowledged"] = Field(description="The case is on record with drug safety.", examples=["acknowledged"])
    reference: Name | None = Field(None, description="Its case number there.", examples=["2026-SE-004711"])


class _SafetyCase(Told):
    """Status and dates."""

    id: str = Field(examples=["5b1f0c7e9a3d4e6f8a0b1c2d3e4f5a6b"])
    kind: str = Field(examples=["adverse_event"])
    status: str = Field(description="open, overdue or acknowledged.", examples=["open"])
    aware_at: datetime = Field(description="Day 0: when anybody of the company learnt of it.")
    received_at: datetime = Field(description="When it was told here, by the server's clock.")
    due_at: datetime
    acknowledged_at: datetime | None = None


class SafetyCaseForReporter(_SafetyCase):
    seen_by: Literal["reporter"] = "reporter"


class SafetyLineRead(Told):
    kind: str = Field(description="report, follow_up or correction.", examples=["report"])
    words: str
    by: str
    at: datetime


class SafetyCaseForSafety(_SafetyCase):
    """A case in a list: no words."""

    seen_by: Literal["safety"] = "safety"
    reporter: str = Field(examples=["rep-eva"])
    person_id: str | None = None
    product: str | None = None
    market: str | None = None
    report: str | None = Field(None, description="Where it was told.", examples=["task:enr0d8b5c1e.first-visit.1"])
    hours_left: float = Field(description="Until it is due; below zero once it is overdue. Of one that is acknowledged, how many were left.", examples=[19.5])
    sent_at: datetime | None = Field(None, description="When the safety inbox last took it; null: it has not been sent.")
    failures: int = Field(0, description="How often it was not taken since.")
    acknowledged_by: str | None = None
    reference: str | None = None


class SafetyCaseWhole(SafetyCaseForSafety):
    person: str | None = Field(None, description="The HCP's name, for the follow-up.")
    lines: tuple[SafetyLineRead, ...] = Field(description="The words of the report, and what was added since.")


SafetyCaseListed = Annotated[SafetyCaseForReporter | SafetyCaseForSafety, Field(discriminator="seen_by")]
SafetyCaseRead = Annotated[SafetyCaseForReporter | SafetyCaseWhole, Field(discriminator="seen_by")]


class SafetyFlagRead(Told):
    """Words in which a safety word stands, though nobody reported anything."""

    id: str
    report: str = Field(examples=["task:enr0d8b5c1e.first-visit.1"])
    by: str | None = Field(None, description="Who wrote them; null where they came from outside.")
    person_id: str | None = None
    product: str | None = None
    hits: tuple[str, ...] = Field(description="The entries of the word lists that were found.", examples=[["en:rash*"]])
    words: str
    at: datetime
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None
    case_id: str | None = Field(None, description="The case that the review opened.")


class ReviewFlag(Asked):
    """No case, or the kind of the case to open: its day 0 is when the words came in."""

    kind: SafetyKind | None = Field(description="What it tells of; null where it tells of nothing.", examples=["adverse_event"])
