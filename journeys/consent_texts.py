"""The texts with which people are asked for consent, as data: exactly what somebody agreed to can be shown for as long as the consent is kept."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from journeys.content import Language
from journeys.definitions import Purpose
from journeys.definitions.words import Content
from journeys.durations import Calendar, Duration
from journeys.shapes import Authored, Market, Slug, StepId


class Wording(Authored):
    """The text in one language. The two passages must stand in it word for word, so that neither can be forgotten."""

    text: str = Field(min_length=40)
    promotion: str | None = Field(None, min_length=3)
    """The words that say that promotion follows (ABPI Code 2021 cl. 15.5, PMCPA guidance on wording)."""
    withdrawal: str = Field(min_length=3)
    """The words that say that it can be taken back at any time (GDPR Art. 7(3))."""

    @model_validator(mode="after")
    def _says_so(self) -> Self:
        missing = [name for name, words in (("promotion", self.promotion), ("withdrawal", self.withdrawal)) if words is not None and words not in self.text]
        if missing:
            raise ValueError(f"the words of {' and '.join(missing)} must stand in the text as they are written here")
        return self


class ConsentText(Authored):
    """One text, which never changes: other words are another text with another name. It asks for one channel and one purpose in one market."""

    text: StepId
    """Its name, such as se-email-2025-1: what a consent names as its text version."""
    title: str = Field(max_length=120)
    market: Market
    channel: Slug
    purpose: Purpose = Purpose.PROMOTIONAL
    product: Slug | None = None
    """The product or content line that it asks about; without one, all of them."""
    words: dict[Language, Wording] = Field(min_length=1)
    lasts: Duration | None = None
    """How long a consent to it lasts; without it, until it is taken back."""
    letter: Content | None = None
    """The transactional letter that asks for the second click of a double opt-in; without it there is none for this text."""
    retired: bool = False
    """Nobody is asked with it any more; what was given to it stands."""

    @model_validator(mode="after")
    def _promotion_is_named(self) -> Self:
        silent = [language for language, wording in self.words.items() if wording.promotion is None]
        if self.purpose is Purpose.PROMOTIONAL and silent:
            raise ValueError(f"a text for promotion says so by name: give the words of promotion for {', '.join(silent)}")
        return self

    def expires(self, given: datetime) -> datetime | None:
        """When a consent that is given then is over."""
        return Calendar().after(given, self.lasts) if self.lasts is not None else None


Claim = Literal["channel", "purpose", "market", "product", "language"]


def differs(text: ConsentText, *, channel: str, purpose: str, market: str, product: str | None, language: str) -> Claim | None:
    """What the text does not ask for, where a consent claims to have been given to it. A consent may be narrower than its text, and never wider: to a
    text on all products somebody may agree for one."""
    asked: tuple[tuple[Claim, bool], ...] = (
        ("channel", channel == text.channel),
        ("purpose", purpose == text.purpose),
        ("market", market == text.market),
        ("product", text.product in (None, product)),
        ("language", language in text.words),
    )
    return next((name for name, same in asked if not same), None)
