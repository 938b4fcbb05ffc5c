"""Bulk enrolments: whom they are about, how many that are before anything happens, and what they came to for each person."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.shapes import Asked, Told
from journeys.selections import Selection
from journeys.shapes import StepId


class NewBulkEnrolment(Asked):
    journey: StepId = Field(examples=["heart-failure-pioneer"])
    selection: Selection = Field(
        description="Whom: those who meet the condition and are of the markets, the territories and the list, as far as they are given.",
        examples=[{"when": {"fact": "persona", "is": "pioneer"}, "territories": ["se-stockholm"]}],
    )
    per_second: float | None = Field(None, gt=0, le=50, description="How many enter in a second; the installation's pace where none is given.", examples=[5])


class BulkAct(Asked):
    """What is asked of a bulk enrolment needs no words."""


class BulkEnrolmentRead(Told):
    id: str = Field(examples=["9c3ad1e1f6a84a7f9e0c2b6a1d4e8f70"])
    kind: str = Field(description="bulk; or schedule or condition, for those that a journey's own entry began.", examples=["bulk"])
    journey: str
    selection: dict[str, Any]
    per_second: float | None = None
    state: str = Field(description="counting, counted, running, paused, stopped or done.", examples=["counted"])
    counted: dict[str, int] = Field(description="What the count came to: how many would enter, and how many would be refused, by code.")
    progress: dict[str, int] = Field(description="What it came to so far: entered, queued, the code of a refusal, or the kind of a failure.")
    created_by: str
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None


class BulkResult(Told):
    """What it came to for one person."""

    person_id: str
    result: str = Field(description="entered, queued, refused or failed.", examples=["entered"])
    reason: str | None = Field(None, description="Why it was refused: a code of docs/problems.md; or the kind of the failure.")
    enrolment_id: str | None = None
    at: datetime
