"""What providers told of messages, as it is on record, and the order to look again at what could not be placed."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.safety import Reported
from api.schemas.shapes import Name, Told, Words


class FactInRead(Told):
    id: str = Field(examples=["5f0c9a373f8a4b1c9f4e6f0f5c520d7c"])
    source: str = Field(examples=["sendgrid"])
    source_id: str = Field(description="The provider's id of it, or the digest of its row.")
    event: str = Field(description="The provider's own word.", examples=["bounce"])
    kind: str | None = Field(None, description="Ours; none for a word that is not known.", examples=["bounced"])
    standing: str = Field(description="heard, known, noted, unknown_touch or unknown_event.", examples=["heard"])
    code: str | None = Field(None, examples=["5.1.1"])
    touch_key: str | None = None
    person_id: str | None = None
    late: bool = Field(description="Whether it was told more than a day after it happened.")
    at: datetime
    arrived_at: datetime
    judged_at: datetime = Field(description="When it was last looked at.")
    repeats: int = Field(0, description="How often it was told again.")


class JudgeAgain(Reported):
    source: Name | None = Field(None, description="Of this provider, or of this system, only.")
    most: Annotated[int, Field(ge=1, le=1000)] = Field(200, description="As many at once.")
    reason: Words = Field(examples=["The crosswalk has been loaded."])


class JudgedAgain(Told):
    looked_at: int
    standing: dict[str, int] = Field(description="How many stand where now.", examples=[{"heard": 3, "unknown_touch": 1}])
