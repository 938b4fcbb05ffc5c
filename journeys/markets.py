"""What each market asks, as data: its consent rule, cap, languages, zone, calendar and signatures; a market without a policy gets nothing."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, field_validator

from journeys.content import Language
from journeys.durations import Duration
from journeys.openings import Opening
from journeys.shapes import Authored, Market, Slug
from journeys.signatures import ALWAYS, Party


class Copies(Authored):
    """How long the exact copy of what was sent is kept, encrypted."""

    keep: str = Field("10 years", pattern=r"^([1-9]|[12][0-9]|30) years?$")

    @property
    def days(self) -> timedelta:
        """The same in days: a year has 365 and a quarter."""
        return timedelta(days=365.25 * int(self.keep.split()[0]))


class MarketPolicy(Authored):
    """The rules of one market. `source` says where each came from; a company's own lawyers decide for its markets."""

    market: Market
    country: str = Field(pattern=r"^[A-Z]{2}$")
    """ISO 3166 code, for the holiday calendar (the market UK is the country GB)."""
    languages: tuple[Language, ...] = Field(min_length=1)
    zone: str
    """The zone of an HCP whose own is unknown or invalid."""
    consent: dict[Slug, Literal["opt_in"]] = {}
    """What promotion asks for, channel by channel. A channel that is not named asks for opt-in too, and nothing weaker can be written."""
    weekly_cap: int = Field(ge=1)
    """Touches per HCP in any period of `cap_period`, over all channels and journeys; a rep's call counts."""
    cap_period: Duration
    quiet_hours: Opening | None = None
    """When no promotion goes out, in the recipient's own time, such as {between: ["20:00", "08:00"]}. None: at no time."""
    copies: Copies = Copies()
    """How long copies are kept: for as long as somebody may ask to see what was sent (in Sweden LER art. 31 asks for archive copies)."""
    signatures: tuple[Party, ...] = ALWAYS
    """Who signs a journey that names this market: sales, marketing and medical, and whoever else this market asks for."""
    journeys_at_once: int = Field(1, ge=1, le=20)
    """Promotional journeys that may have one HCP at the same time; the others wait for their turn or give way. See docs/decisions/0018-entry-and-sweeps.md."""
    source: dict[str, str] = {}

    @field_validator("quiet_hours")
    @classmethod
    def _ends(cls, quiet: Opening | None) -> Opening | None:
        if quiet is not None and quiet.between is None:
            raise ValueError('quiet hours begin and end: give between, such as ["20:00", "08:00"]')
        return quiet

    @field_validator("signatures")
    @classmethod
    def _never_fewer(cls, signatures: tuple[Party, ...]) -> tuple[Party, ...]:
        lacking = [party for party in ALWAYS if party not in signatures]
        if lacking:
            raise ValueError(f"a market may ask for more signatures and never for fewer: {', '.join(lacking)} must be among them")
        return signatures
