"""What a market asks of the way between commercial and medical: until when a question is answered, what a rep attests, and who may visit together."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from journeys.content import Language
from journeys.durations import Calendar, Duration, Length, Unit
from journeys.shapes import Authored

ATTESTATION = "I attest that the healthcare professional asked this question unprompted, and that these are the words in which it was asked."
"""What a rep attests where the market has no wording of its own in the rep's language (a prompted request is solicited: FDA draft guidance, 2011)."""


class Urgency(StrEnum):
    ROUTINE = "routine"
    URGENT = "urgent"


class MedicalPolicy(Authored):
    """The times are company practice and no quoted rule."""

    respond_within: Duration = Length(10, Unit.BUSINESS_DAY)
    """From the submission of a question to its answer, in the business days of the market."""
    respond_within_urgent: Duration = Length(2, Unit.BUSINESS_DAY)
    attestation: dict[Language, str] = Field(default={}, description="The sentence that a rep attests, by language.")

    def due(self, submitted: datetime, urgency: Urgency, *, calendar: Calendar) -> datetime:
        """Until when the question is to be answered."""
        length = self.respond_within_urgent if urgency is Urgency.URGENT else self.respond_within
        return calendar.after(submitted, length)

    def wording(self, language: str | None) -> str:
        """What the rep attests, in that language where the market has it."""
        return self.attestation.get(language or "", ATTESTATION)


class Question(StrEnum):
    """All that medical may ask of a rep about an inquiry: the circumstances, and nothing that tells what medical thinks of it."""

    REPLY_BY = "reply_by"
    REPLY_HOW = "reply_how"
    ADDRESS_RIGHT = "address_right"
    WORDS_COMPLETE = "words_complete"
    ASKED_IN_WRITING = "asked_in_writing"
    WHO_ASKED = "who_asked"
    HOW_IT_CAME_UP = "how_it_came_up"


ASKED: dict[Question, str] = {
    Question.REPLY_BY: "By when does the HCP need the answer?",
    Question.REPLY_HOW: "How does the HCP wish to be answered: by e-mail, by telephone or at a meeting?",
    Question.ADDRESS_RIGHT: "Is the address on record the one to which the HCP wants the answer?",
    Question.WORDS_COMPLETE: "Are these the HCP's complete words? If not, record the question again, as a correction of this one.",
    Question.ASKED_IN_WRITING: "Did the HCP ask in writing? If so, who has the letter or message?",
    Question.WHO_ASKED: "Did the HCP ask for themselves or on behalf of a colleague? Of whom?",
    Question.HOW_IT_CAME_UP: "What was talked about when the HCP asked?",
}
"""As the rep reads them. A question that names a therapy, a finding or an answer has no place here: the rep would learn what medical knows."""
