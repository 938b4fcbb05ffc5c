"""How often one HCP may be touched, as a market's policy writes it: caps and cadence, each about all touches or about some of them."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, field_validator

from journeys.content import MEETINGS
from journeys.durations import Length, Unit
from journeys.durations import parse as parse_duration
from journeys.shapes import Authored, Instant, Slug, Stored

_WORDS = {"day": "1 day", "week": "7 days", "month": "30 days"}


def parse(written: Any) -> Length:
    """Read "day", "week" (7 days), "month" (30 days) or a duration of elapsed time. Raises ValueError for one in business days."""
    length = parse_duration(_WORDS.get(written, written) if isinstance(written, str) else written)
    if length.unit is Unit.BUSINESS_DAY:
        raise ValueError("contact pressure is counted in elapsed time: write days, not business days")
    return length


Elapsed = Annotated[
    Length,
    BeforeValidator(parse),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^(day|week|month|[0-9]{1,6} (minute|hour|day)s?)$"}),
]


class Touched(Stored):
    """One touch of the recipient, as far as pressure goes; a rep's call is one, by the channel where it took place."""

    at: Instant
    channel: str
    purpose: str
    product: str


class Bound(Authored):
    """Which touches a cap or a gap is about: those of the channel, purpose, product and brand that it names. One that names none is about all.

    It holds back promotion, or what has the purpose that it names; nothing holds back safety information or medical's answer to a question.
    """

    channel: Slug | None = None
    purpose: Literal["promotional", "transactional"] | None = None
    product: Slug | None = None
    brand: Slug | None = None

    @field_validator("channel")
    @classmethod
    def _of_what_is_sent(cls, channel: str | None) -> str | None:
        if channel in MEETINGS:
            raise ValueError("a visit is made and not sent, so nothing holds it back; it counts where no channel is named")
        return channel

    @property
    def narrow(self) -> bool:
        """Whether it is about some touches only."""
        return (self.channel, self.purpose, self.product, self.brand) != (None, None, None, None)

    @property
    def about(self) -> str:
        """Which touches it is about, in words that follow a number; nothing where it is about all."""
        named = (("by", self.channel), ("for purpose", self.purpose), ("of", self.product), ("of the brand", self.brand))
        return "".join(f" {word} {name}" for word, name in named if name is not None)


class Cap(Bound):
    """At most so many touches in any period of that length."""

    at_most: int = Field(ge=1, le=1000)
    per: Elapsed
    """day, week (7 days), month (30 days), or a length such as "14 days"."""

    def __str__(self) -> str:
        return f"{self.at_most} in {self.per}{self.about}"

    @property
    def period(self) -> timedelta:
        return self.per.roughly


class Spacing(Bound):
    """At least so long between one touch and the next."""

    gap: Elapsed

    def __str__(self) -> str:
        return f"{self.gap} between touches{self.about}"

    @property
    def period(self) -> timedelta:
        return self.gap.roughly
