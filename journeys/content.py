"""Approved content as it reaches us: we carry its state, its scope and its text, and never write it ourselves."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from journeys.definitions import Content, ContentRef
from journeys.shapes import Authored, Instant, Market, Slug, StepId, Version
from journeys.visible import shown, stands_in

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+(/\S*)?$", max_length=500)]


EMAIL: Final = "email"
FRAGMENT: Final = "fragment"
"""What an approved passage is made for: to stand in a letter that offers it."""

FACE_TO_FACE: Final = "face_to_face"
MEETINGS = (FACE_TO_FACE, "remote", "phone")
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


class Part(Authored):
    """An approved passage in one language, in both forms of a letter."""

    text: str = Field(min_length=1)
    html: str = Field(min_length=1)


class Fragments(Authored):
    """The approved passages among which the rep who sends a letter may choose. They stand where its `{{ fragments }}` is, in the order of `offered`."""

    offered: tuple[Content, ...] = Field(min_length=1, max_length=20)
    at_least: int = Field(0, ge=0, le=10)
    at_most: int = Field(1, ge=1, le=10)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if len(set(self.offered)) < len(self.offered):
            raise ValueError("a fragment is offered once")
        if not self.at_least <= self.at_most <= len(self.offered):
            raise ValueError("at_least is no more than at_most, and at_most no more than are offered")
        return self


class MinimumInformation(Authored):
    """What an advertisement to HCPs must carry in a market: name, substance, indication, warnings, who answers for it, and whatever else the market asks."""

    texts: dict[Language, Passage] = Field(min_length=1)
    """Word for word as it stands in the letter or text of that language, or as its token `{{ minimum_information }}` puts it there."""
    legible: bool = False
    """Whether review found it legible where it stands (LER art. 19)."""


class Approval(Authored):
    """What review decided: who may be shown it, where, and until when. Promotion of a product also says what for, and how recent it is (Dir. 2001/83
    Art. 91 and 92)."""

    id: str
    expires: Instant
    minimum_information: dict[Market, MinimumInformation] = {}
    indication: str | None = Field(None, max_length=500)
    """The approved use that the content speaks of."""
    revised: date | None = None
    """When the content was last revised."""
    smpc: dict[Market, WebAddress] = {}
    """Where each market's summary of product characteristics, or prescribing information, is."""


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
    parts: dict[Language, Part] = {}
    """Of a fragment: its words by language."""
    fragments: Fragments | None = None
    """Of a letter that a rep sends: the passages that may stand in it."""
    fill: dict[Slug, dict[Slug, dict[Language, Passage]]] = {}
    """Of a letter that a rep sends: for each token `{{ fill.name }}` the values that may stand there, by key, in each language."""

    @property
    def ref(self) -> ContentRef:
        return ContentRef(self.content, self.version)

    @model_validator(mode="after")
    def _words_for_the_channel(self) -> Self:
        sends_text = self.made_for not in (EMAIL, FRAGMENT, *MEETINGS)
        if self.letters and self.made_for != EMAIL:
            raise ValueError("only content made for email has letters")
        if bool(self.texts) != sends_text:
            raise ValueError(f"content made for {self.made_for} {'has texts: plain text by language' if sends_text else 'has no texts'}")
        if bool(self.parts) != (self.made_for == FRAGMENT):
            raise ValueError("content made for fragment has parts" if self.made_for == FRAGMENT else "only content made for fragment has parts")
        if self.made_for != EMAIL and (self.fragments is not None or self.fill):
            raise ValueError("only a letter offers fragments, and values to fill in")
        if self.made_for == FRAGMENT and self.links:
            raise ValueError("a fragment has no links of its own: the letter has them")
        return self

    @cached_property
    def promotes(self) -> bool:
        """Whether it is promotion of the product. What is above the brand is none, as long as none of its words names the product."""
        if self.purpose != "promotional":
            return False
        letters = (f"{letter.subject} {letter.text} {letter.html}" for letter in self.letters.values())
        parts = (f"{part.text} {part.html}" for part in self.parts.values())
        said = " ".join((*letters, *parts, *self.texts.values(), *self.material.values())).casefold()
        return not self.above_the_brand or self.product.replace("_", " ") in said

    @cached_property
    def informed(self) -> dict[Market, frozenset[Language]]:
        """For each market with minimum information that was found legible, the languages in which the words carry it, or could: material carries it
        in print, which nobody can read from here."""
        blocks = self.approval.minimum_information if self.approval is not None else {}
        return {market: frozenset(filter(_carrying(self, block), block.texts)) if block.legible else frozenset() for market, block in blocks.items()}

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


MINIMUM_INFORMATION: Final = "{{ minimum_information }}"
"""The token in whose place a letter or text carries its market's block."""


def _carrying(content: ContentVersion, block: MinimumInformation) -> Callable[[Language], bool]:
    """Asks whether the words in a language show the block, or its token, in each of their forms."""

    def carries(language: Language) -> bool:
        letter, text = content.letters.get(language), content.texts.get(language)
        forms = (letter.text, shown(letter.html)) if letter is not None else (text,) if text is not None else ()
        return all(stands_in(form, MINIMUM_INFORMATION) or stands_in(form, block.texts[language]) for form in forms)

    return carries
