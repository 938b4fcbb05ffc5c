"""The manners of the API: what is asked is strict, so a misspelt field is an error that names it; what is told is frozen."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from journeys.shapes import StepId


class Asked(BaseModel):
    """A request body: an unknown field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Told(BaseModel):
    """A response, or a part of one."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, from_attributes=True)


Item = TypeVar("Item")


class Page(Told, Generic[Item]):
    """One page of a list. `next` is the cursor of the page after it, null on the last."""

    items: tuple[Item, ...]
    next: str | None = None


@dataclass(frozen=True)
class Typed:
    """Marks free words of a human. Whoever gives them answers the adverse-event question (`api.schemas.safety.Reported`), and they are searched for
    restricted words (`api.words`): `own` are those of whoever asks, others are somebody else's and only written down."""

    own: bool


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000, pattern=r"^[^\x00]*$"), Typed(own=True)]
"""Free words of a person. They are stored once, where they can be erased, and never in a history or a log."""

Verbatim = Annotated[str, StringConstraints(min_length=3, max_length=4000, pattern=r"^[^\x00]*$"), Typed(own=False)]
"""What somebody else said, word for word, or what medical answers: it is never censored."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
"""An id or short name that comes from outside."""


def _as_text(written: object) -> object:
    return str(written) if isinstance(written, int) and not isinstance(written, bool) else written


EventKey = Annotated[
    str,
    BeforeValidator(_as_text, json_schema_input_type=int | str),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$"),
]
"""What an event is about, such as the id of an appointment. Numbers and texts match alike: 42 is "42"."""

ContentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}@[1-9][0-9]{0,8}$")]
"""A version of content, such as `hf-dialogue@2`."""

Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2100, 1, 1, tzinfo=UTC), examples=["2026-03-02T09:30:00+01:00"]),
]
"""An instant with its offset, of this century."""

StepMap = Annotated[
    dict[StepId, StepId],
    Field(
        description="Where those go who stand at a step that is gone or of another kind. A step that is gone, mapped to a new one of its kind, is renamed: "
        "they stay in their passage.",
        examples=[{"reading": "phone-call"}],
    ),
]
