"""Approved content as it reaches us: we carry its state, its scope and its text, and never write it ourselves."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from journeys.definitions import ContentRef
from journeys.shapes import Authored, Instant, Market, Slug, StepId

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


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
    """One immutable version of one piece of content. A version for e-mail has letters; a detail aid or guide only names its material."""

    content: StepId
    version: int = Field(ge=1)
    title: str = Field(max_length=120)
    made_for: Literal["face_to_face", "remote", "phone", "email"]
    product: Slug
    purpose: Literal["promotional", "medical_response", "transactional", "safety"]
    audience: tuple[Literal["physician", "nurse", "pharmacist"], ...] = Field(min_length=1)
    markets: tuple[Market, ...] = Field(min_length=1)
    state: ContentState
    approval: Approval | None = None
    above_the_brand: bool = False
    letters: dict[Language, Letter] = {}
    links: dict[Slug, str] = {}
    """Where each `{{ links.name }}` token leads."""
    material: dict[Language, str] = {}
    """For visits: what the rep shows, by language, in a sentence."""

    @property
    def ref(self) -> ContentRef:
        return ContentRef(self.content, self.version)

    def state_at(self, now: datetime) -> ContentState:
        """The state on that day: approved content is expired from the instant of its expiry; approval without evidence counts as a draft."""
        if self.state is not ContentState.APPROVED:
            return self.state
        if self.approval is None:
            return ContentState.DRAFT
        return ContentState.EXPIRED if now >= self.approval.expires else ContentState.APPROVED
