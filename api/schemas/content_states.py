"""What a content system says of a version."""

from datetime import datetime

from pydantic import Field

from api.schemas.shapes import Asked, Moment, Told
from journeys.shapes import Slug


class ContentSays(Asked):
    system: Slug = Field(description="The name by which this installation knows the content system.", examples=["vault"])
    state: str = Field(min_length=1, max_length=100, description="In the system's own words.", examples=["Approved for Use"])
    expires: Moment | None = Field(None, description="When the approval ends; as it was, where none is given.")


class ContentStands(Told):
    """How the version stands after what was said."""

    content: str = Field(examples=["hf-dialogue@2"])
    state: str = Field(examples=["approved"])
    expires: datetime | None = None
    result: str = Field(description="changed, or unchanged.", examples=["changed"])
    lack: str | None = Field(
        None, description="Why it counts for less than was said: `unknown_state` and `no_expiry` count as in_review, and nothing goes out.", examples=[None]
    )
