"""Replies: what people wrote back, without their words in lists, with them when one is read."""

from datetime import datetime

from pydantic import Field

from api.schemas.shapes import Told


class ReplyLine(Told):
    id: str
    channel: str = Field(examples=["email"])
    side: str = Field(description="commercial or medical: who may read it.")
    standing: str = Field(description="replied, unsubscribed, automatic or unknown_touch.", examples=["replied"])
    person_id: str | None = None
    touch_key: str | None = Field(None, description="What it answers.")
    told: str | None = Field(None, description="Whom it was given to.")
    attachments: int = Field(0, description="How many came with it. None is kept.")
    cut: bool = Field(default=False, description="Whether it was longer than what is kept.")
    safety: bool = Field(default=False, description="Whether words of safety stand in it: a hint, and no proof.")
    late: bool = False
    at: datetime
    arrived_at: datetime
    read_at: datetime | None = None


class ReplyRead(ReplyLine):
    words: str = Field(description="The newest part of what was written, as text.")
