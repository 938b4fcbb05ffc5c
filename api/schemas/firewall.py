"""The firewall's book: who crossed the wall."""

from datetime import datetime

from pydantic import Field

from api.schemas.shapes import Told


class CrossingLine(Told):
    """One crossing, in ids and codes: no word of what was read."""

    id: int
    by: str = Field(examples=["msl-karin"])
    role: str = Field(examples=["msl"])
    crossing: str = Field(description="What was read or written.", examples=["inquiry.read"])
    subject: str = Field(examples=["inquiry:9f2c4d0b7c1e4f0a8d3b5a6c7e8f9012"])
    person_id: str | None = None
    why: str | None = Field(None, examples=["fulfilment"])
    at: datetime
