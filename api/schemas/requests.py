"""Requests to other systems: how they stand, and the answer that another system brings."""

from datetime import datetime

from pydantic import Field

from api.schemas.shapes import Asked, Told
from journeys.shapes import Slug


class RequestRead(Told):
    """One request of a run."""

    key: str = Field(examples=["enr0d8b5c1e6f0e4a519d550c1f4b7a2d10.stock.1"])
    enrolment_id: str
    step: str = Field(examples=["stock"])
    endpoint: str = Field(description="The name under which the installation knows the other system.", examples=["stock"])
    status: str = Field(description="sent, accepted, answered, failed or late.", examples=["answered"])
    answer: str | None = Field(None, examples=["in_stock"])
    reason: str | None = Field(None, description="Why it failed: unknown_endpoint, refused, answer_unknown or no_answer.")
    answer_by: datetime
    asked_at: datetime
    answered_at: datetime | None = None


class RequestAnswer(Asked):
    answer: Slug = Field(description="One of the `answers` that the request named.", examples=["in_stock"])


class RequestStands(Told):
    """What the other system is told of its answer."""

    key: str
    status: str = Field(description="answered, or late: the run had moved on.", examples=["answered"])
    answer: str
