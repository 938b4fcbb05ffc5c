"""The rules of a market as compliance reads and sets them."""

from datetime import datetime

from pydantic import Field

from api.schemas.safety import Reported
from api.schemas.shapes import Told, Words
from journeys.markets import MarketPolicy

_EXAMPLE = {
    "market": "SE",
    "country": "SE",
    "languages": ["sv"],
    "zone": "Europe/Stockholm",
    "caps": [{"at_most": 3, "per": "week"}, {"at_most": 1, "per": "day", "channel": "email"}],
    "cadence": [{"gap": "2 days"}],
    "quiet_hours": {"between": ["20:00", "08:00"]},
    "business_days": "working_days",
    "source": {"caps": "Agreed with sales, marketing and medical in March."},
}


class MarketRead(Told):
    """A market's rules as they are in force."""

    policy: MarketPolicy = Field(description="As `markets.yaml` writes it, whole.")
    digest: str = Field(description="Of these rules; name it to replace them.", examples=["0" * 64])
    updated_at: datetime
    imported: bool = Field(description="Whether they are as the library's file last said; else they were set since.")


class MarketSet(MarketRead):
    operation: str | None = Field(None, description="The operation that puts what the former rules held before the gate again; none where nothing was held.")


class NewPolicy(Reported):
    policy: MarketPolicy = Field(description="The rules, whole: what is left out takes its default.", examples=[_EXAMPLE])
    replaces: str | None = Field(None, description="The digest of the rules that were read; none for a market that has no rules yet.", examples=["0" * 64])
    remark: Words = Field(examples=["The board asked for quiet nights."])
