"""Withdrawing a version of content that is in use: the account before, the act, the account after, and who has it already."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.operations import OperationLine, PerSecond
from api.schemas.safety import Reported
from api.schemas.shapes import Told, Words

Reason = Literal["safety_signal", "label_changed", "content_concern", "registration_withdrawn", "market_request", "superseded", "other"]


class JourneyReached(Told):
    """One version of a journey that names the content, and where its runs stand."""

    journey: str = Field(examples=["heart-failure-pioneer"])
    version: int = Field(examples=[3])
    steps: tuple[str, ...] = Field(description="The steps that name it.", examples=[["follow-up-mail"]])
    runs: int = Field(description="Open runs in that version.", examples=[412])
    held: int = Field(0, description="Touches with it that are held at those steps.")
    tasks: int = Field(0, description="Open tasks at those steps: letters that a rep has yet to send, visits that show it.")


class ContentReach(Told):
    """Whom a version of content concerns now."""

    content: str = Field(examples=["hf-dialogue@2"])
    runs: int = Field(description="Open runs in versions that name it.", examples=[412])
    people: int = Field(description="The HCPs who are in those runs.", examples=[410])
    held: int = 0
    tasks: int = 0
    received: int | None = Field(0, description="People to whom it went, or may have gone, already; null where that is for medical and compliance to know.")
    journeys: tuple[JourneyReached, ...] = ()


class WithdrawContent(Reported):
    reason: Reason = Field(examples=["label_changed"])
    remark: Words = Field(examples=["The new label narrows the indication."])
    expected: Annotated[int | None, Field(None, ge=0, description="`runs` as it was told. With another number by now, nothing is done.")]
    per_second: PerSecond = 20


class RecallLine(Told):
    """A withdrawal on record; it is never changed or deleted."""

    id: str
    content: str = Field(examples=["hf-dialogue@2"])
    reason: str = Field(examples=["label_changed"])
    by: str
    role: str
    source: str = Field(description="`desk`, or the content system that said so.", examples=["desk"])
    reach: ContentReach = Field(description="The account as it was when it was withdrawn.")
    at: datetime


class Withdrawn(Told):
    recall: RecallLine
    now: ContentReach = Field(description="The account now: what is still held, and which tasks are open still.")
    operation: OperationLine | None = Field(None, description="Tells the runs, one after the other. The gate is shut already.")


class ReceivedLine(Told):
    """Somebody who has it, for a follow-up."""

    person_id: str
    channel: str = Field(examples=["email"])
    state: str = Field(description="reserved, accepted or unknown: it went out, or may have.", examples=["accepted"])
    at: datetime
    market: str = Field(examples=["SE"])
