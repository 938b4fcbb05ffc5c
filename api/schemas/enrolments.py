"""Enrolments: one HCP in one journey, where the run stands, and what may be chosen next."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.safety import Reported
from api.schemas.shapes import Asked, EventKey, Name, Told, Words
from api.schemas.tasks import Offer
from journeys.shapes import StepId


class NewEnrolment(Asked):
    person_id: Name = Field(examples=["7c1d4f6a2b9e4c0f8a35d1e2f3a4b5c6"])
    journey: StepId = Field(examples=["heart-failure-pioneer"])
    key: EventKey | None = Field(None, description="In a journey that is entered once for each key: which.", examples=["appointment-4711"])
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="The latest published where none is named.", examples=[1])


LeaveReason = Literal["hcp_asked", "moved_away", "no_longer_relevant", "enrolled_by_mistake", "strategy_changed", "other"]


class LeaveJourney(Reported):
    reason: LeaveReason = Field(examples=["moved_away"])
    remark: Words = Field(examples=["She changed to a clinic outside our territory."])


class Standing(Told):
    """Where a run stands: a sentence for people, the codes for programs."""

    sentence: str = Field(examples=["Waiting at “Reading” until 7 March 2026, 09:30 UTC."])
    doing: str = Field(description="queued, requested, task, sending, held, passing, waiting, paused or ended.", examples=["waiting"])
    step: str | None = Field(None, examples=["reading"])
    title: str | None = Field(None, examples=["Reading"])
    why: str | None = None
    since: datetime | None = None
    until: datetime | None = Field(None, description="When the run moves by itself if nothing else happens.")
    reason: str | None = Field(None, description="Why a touch is held, what has paused the run, or why it ended.")
    busy_with: str | None = Field(None, description="The journey that has the HCP, while this one waits for its turn.", examples=["heart-failure-pioneer"])


class LineStanding(Told):
    """Where one line of a run stands; beside the main line there is one for each branch of a `parallel` that is being played."""

    line: str = Field(description="`main`, or the `parallel` and its branch.", examples=["both-ways.1"])
    sentence: str = Field(examples=["“Phone call” is open, due 7 March 2026, 09:30 UTC."])
    doing: str = Field(description="task, sending, held, passing, ready, waiting or joining.", examples=["task"])
    step: str = Field(examples=["phone-call"])
    title: str = Field(examples=["Phone call"])
    since: datetime
    until: datetime | None = Field(None, description="When the line moves by itself if nothing else happens.")
    reason: str | None = Field(None, description="Why a touch is held.")


class _Enrolment(Told):
    id: str = Field(examples=["enr0d8b5c1e6f0e4a519d550c1f4b7a2d10"])
    person_id: str
    product: str = Field(examples=["cardiolex"])
    status: str = Field(description="queued, requested, running or ended.", examples=["running"])
    created_at: datetime
    ended_at: datetime | None = None
    open_task: str | None = Field(None, description="The open task of your side that is due first.")
    open_tasks: tuple[str, ...] = Field((), description="Every open task of your side, the first due first: parallel lines have one each.")


class EnrolmentForCommercial(_Enrolment):
    seen_by: Literal["commercial"] = "commercial"
    journey: str = Field(examples=["heart-failure-pioneer"])
    version: int = Field(examples=[1])
    purpose: str = Field(examples=["promotional"])
    market: str = Field(examples=["SE"])
    key: str | None = Field(None, description="The key by which the HCP entered, in a journey that is entered once for each.")
    conductor: str | None = Field(None, description="The rep in charge.")
    created_by: str
    standing: Standing = Field(description="Where the main line stands.")
    lines: tuple[LineStanding, ...] = Field((), description="Where every line stands, the main one first.")
    may_choose: tuple[Offer, ...] = Field((), description="The next steps that the conductor may choose, each with the open task at which.")


class EnrolmentForMedical(_Enrolment):
    """A journey's name, steps and conditions tell how sales rates the HCP: medical sees that there is one, and its own tasks."""

    seen_by: Literal["medical"] = "medical"


EnrolmentRead = Annotated[EnrolmentForCommercial | EnrolmentForMedical, Field(discriminator="seen_by")]
