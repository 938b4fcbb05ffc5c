"""What users change of their own."""

from datetime import datetime

from pydantic import Field, SecretStr

from api.schemas.shapes import Asked, Told


class NewPin(Asked):
    old: SecretStr = Field(min_length=1, max_length=64, description="The signing PIN as it is.", examples=["the old PIN"])
    new: SecretStr = Field(min_length=6, max_length=64, description="At least six characters.", examples=["another PIN"])


class PinChanged(Told):
    changed_at: datetime
