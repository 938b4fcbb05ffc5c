"""Why somebody did, or did not, get something: what the gate was asked, and every check with what it saw and where its rule comes from."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.shapes import Told


class CheckLine(Told):
    rule: str = Field(examples=["cap"])
    verdict: str = Field(description="allowed, deferred or refused.", examples=["deferred"])
    reason: str | None = Field(None, examples=["weekly_cap"])
    until: datetime | None = Field(None, description="When a deferral ends by itself.")
    told: str = Field("", description="The reason in words.")
    saw: str = Field("", description="What the rule was told of the recipient, the content and the moment.", examples=["3 of 3 in the last 7 days"])
    inputs: dict[str, Any] = Field({}, description="The same as data.")
    source: str = Field("", description="Where the rule comes from, with what the market's policy says of it.")


class WhyLine(Told):
    """One time that the gate was asked."""

    touch: str = Field(examples=["enr1.follow-up.1"])
    at: datetime
    person_id: str | None = Field(description="The recipient; null where there was nobody to write to.")
    enrolment_id: str | None = None
    journey: str | None = None
    step: str | None = None
    channel: str | None = Field(None, examples=["email"])
    content: str | None = Field(None, examples=["hf-dialogue@2"])
    purpose: str | None = Field(None, examples=["promotional"])
    product: str | None = None
    market: str | None = None
    verdict: str = Field(examples=["allowed"])
    reason: str | None = None
    until: datetime | None = None
    sentence: str = Field(description="The answer in words.", examples=["Held because the cap of touches, over all journeys and channels, is reached."])
    checks: tuple[CheckLine, ...]
    state: str | None = Field(None, description="What the ledger knows of the touch by now; none where it was never handed over.", examples=["accepted"])


class TouchWhy(Told):
    touch: str
    judgements: tuple[WhyLine, ...] = Field(description="Each time that the gate was asked for this touch, the first one first.")


class PersonWhy(Told):
    past: tuple[WhyLine, ...] = Field(description="The latest judgements that the filters leave, the latest first.")
    now: WhyLine | None = Field(None, description="What the gate would say at this moment, where a step was named. Nothing is written.")
