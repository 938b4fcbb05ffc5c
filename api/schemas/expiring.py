"""Approvals that end soon, and whom that concerns."""

from datetime import datetime

from pydantic import Field

from api.schemas.recalls import ContentReach
from api.schemas.shapes import Told


class ExpiringLine(Told):
    content: str = Field(examples=["hf-dialogue@2"])
    title: str = Field(examples=["Continuing our dialogue on heart failure"])
    product: str = Field(examples=["cardiolex"])
    approval: str = Field(examples=["MLR-2026-0142"])
    expires: datetime
    days_left: int = Field(description="Whole days until then.", examples=[23])
    warned: tuple[int, ...] = Field(description="The thresholds, in days, of which marketing was warned.", examples=[[60, 30]])
    reach: ContentReach = Field(description="The journeys, steps and people that it concerns now.")


class ContentWarned(Told):
    """One warning, as it was put before marketing."""

    content: str = Field(examples=["hf-dialogue@2"])
    expires: datetime
    days: int = Field(description="The threshold: 60, 30 or 7.", examples=[30])
    reach: ContentReach = Field(description="Whom it concerned on that day.")
