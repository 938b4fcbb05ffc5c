"""Invitations that are changed after they were sent."""

from enum import StrEnum

from pydantic import Field

from api.schemas.shapes import Asked, Moment, Told


class Why(StrEnum):
    """Why it is changed: one of a list, since it is kept with the record and read by others."""

    ASKED_BY_HCP = "asked_by_hcp"
    SPEAKER_AWAY = "speaker_away"
    REP_AWAY = "rep_away"
    TECHNICAL = "technical"
    TOO_FEW = "too_few"
    OTHER = "other"


class Reschedule(Asked):
    starts: Moment = Field(description="When it begins now. It lasts as long as before.")
    reason: Why = Field(examples=["rep_away"])


class CallOff(Asked):
    reason: Why = Field(examples=["rep_away"])


class OccasionRead(Told):
    """What an invitation invites to, as it stands now."""

    touch: str = Field(examples=["enr0d8b5c1e6f0e4a519d550c1f4b7a2d10.webinar.1"])
    sequence: int = Field(description="How often it was changed; the HCP's calendar counts along.", examples=[1])
    starts: Moment
    ends: Moment
    called_off: bool
