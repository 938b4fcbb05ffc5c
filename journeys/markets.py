"""What each market asks, as data: its consent rule, cap, languages, zone and calendar; an unknown market has no policy, so nothing is sent there."""

from typing import Literal

from pydantic import Field

from journeys.content import Language
from journeys.durations import Duration
from journeys.shapes import Authored, Market


class MarketPolicy(Authored):
    """The rules of one market. `source` says where each came from; a company's own lawyers decide for its markets."""

    market: Market
    country: str = Field(pattern=r"^[A-Z]{2}$")
    """ISO 3166 code, for the holiday calendar (the market UK is the country GB)."""
    languages: tuple[Language, ...] = Field(min_length=1)
    zone: str
    """The zone of an HCP whose own is unknown or invalid."""
    email_consent: Literal["opt_in"] = "opt_in"
    weekly_cap: int = Field(ge=1)
    """Touches per HCP in any period of `cap_period`, over all channels and journeys; a rep's call counts."""
    cap_period: Duration
    source: dict[str, str] = {}
