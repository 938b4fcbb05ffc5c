"""Approved content as it reaches us: we carry its state, its scope and its text, and never write it ourselves."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from journeys.definitions import ContentRef
from journeys.shapes import Authored, Instant, Market, Slug, StepId, Version

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


EMAIL: Final = "email"

MEETINGS = ("face_to_face", "remote", "phone")
"""The channels of a visit. Content for them names a material; a human shows it."""


class ContentState(StrEnum):
    """Where medical, legal and regulatory review (MLR) has brought it. `expired` is also what `approved` becomes at its expiry."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Letter(Authored):
    """An e-mail in one language: text and HTML with tokens such as `{{ hcp.family_name }}`; no other template syntax is accepted."""

    subject: str = Field(max_length=200)
    text: str
    html: str


class Approval(Authored):
    """What review decided: who may be shown it, where, and until when."""

    id: str
    expires: Instant
    minimum_information: dict[Market, str] = {}


class ContentVersion(Authored):
    """One immutable version of one piece of content. A version for e-mail has letters, one for another channel that sends (such as sms) has
    texts; a detail aid or guide only names its material."""

    content: StepId
    version: Version
    title: str = Field(max_length=120)
    made_for: Slug
    """face_to_face, remote, phone, email, or another channel by name, such as sms."""
    product: Slug
    purpose: Literal["promotional", "medical_response", "transactional", "safety"]
    audience: tuple[Literal["physician", "nurse", "pharmacist"], ...] = Field(min_length=1)
    markets: tuple[Market, ...] = Field(min_length=1)
    state: ContentState
    approval: Approval | None = None
    above_the_brand: bool = False
    letters: dict[Language, Letter] = {}
    texts: dict[Language, str] = {}
    """Plain text by language, with tokens, for a channel that carries nothing else."""
    links: dict[Slug, str] = {}
    """Where each `{{ links.name }}` token leads."""
    material: dict[Language, str] = {}
    """For visits: what the rep shows, by language, in a sentence."""

    @property
    def ref(self) -> ContentRef:
        return ContentRef(self.content, self.version)

    @model_validator(mode="after")
    def _words_for_the_channel(self) -> Self:
        sends_text = self.made_for not in (EMAIL, *MEETINGS)
        if self.letters and self.made_for != EMAIL:
            raise ValueError("only content made for email has letters")
        if bool(self.texts) != sends_text:
            raise ValueError(f"content made for {self.made_for} {'has texts: plain text by language' if sends_text else 'has no texts'}")
        return self

    def written_for(self, channel: str) -> Collection[Language]:
        """The languages in which it can be sent on a channel: those of its letters for e-mail, of its texts for any other."""
        return self.letters.keys() if channel == EMAIL else self.texts.keys()

    def state_at(self, now: datetime) -> ContentState:
        """The state on that day: approved content is expired from the instant of its expiry; approval without evidence counts as a draft."""
        if self.state is not ContentState.APPROVED:
            return self.state
        if self.approval is None:
            return ContentState.DRAFT
        return ContentState.EXPIRED if now >= self.approval.expires else ContentState.APPROVED
