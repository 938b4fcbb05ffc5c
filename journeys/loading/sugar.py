"""What an author may write in a journey's file beside the definition, to say a thing once: `defaults` that steps inherit, and `snippets` of steps.

Both are spent in reading: the definition, its digest and whoever plays it know the plain steps alone.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from journeys.definitions import KINDS
from journeys.definitions.words import Fated
from journeys.shapes import Authored, Slug, StepId

USE, WITH = "use", "with"

INHERITED: dict[str, tuple[str, ...]] = {
    "visit": ("form", "due", "face_to_face", "remote", "phone"),
    "email": ("sent_by", "to", "due", "hold_up_to"),
    "message": ("channel", "sent_by", "to", "due", "hold_up_to"),
    "invite": ("occasion", "lasts", "answer_by", "recorded_by", "sent_by", "to", "due", "hold_up_to"),
    "medical": ("needs", "due"),
    "escalate": ("due",),
    "wait": ("up_to",),
    "journey": ("awaited", "up_to"),
    "notify": ("whom",),
    "request": ("to", "up_to"),
}
"""What the steps of each kind may inherit: what several steps of a kind are likely to have in common."""

BLOCKING = ("email", "message", "invite", "medical")
"""The kinds of step whose touches may be blocked."""


def _inherited(kind: str, keys: tuple[str, ...]) -> type[BaseModel]:
    """A model of some of a step's keys, none of which has to be given."""
    fields = KINDS[kind].model_fields[kind].annotation.model_fields  # type: ignore[union-attr]
    given: dict[str, Any] = {key: (_typed(fields[key].annotation, fields[key].metadata), Field(None, description=fields[key].description)) for key in keys}
    return create_model(f"{kind.capitalize()}Defaults", __base__=Authored, **given)


def _typed(annotation: Any, metadata: list[Any]) -> Any:
    return Annotated[(annotation, *metadata)] if metadata else annotation


_KINDS: dict[str, Any] = {kind: (_inherited(kind, keys), None) for kind, keys in INHERITED.items()}

Defaults: type[BaseModel] = create_model("Defaults", __base__=Authored, blocked=(dict[Slug, Fated], {}), **_KINDS)
"""For each kind of step what its steps have where they are silent, and under `blocked` what all touches do that may not go out."""


class Snippet(Authored):
    """Steps that are written once and used in several places, with parameters: a value `$content` is replaced by what the using step gives."""

    parameters: tuple[Slug, ...] = ()
    steps: dict[StepId, dict[str, Any]] = Field(min_length=1)


class Sugar(BaseModel):
    """The two keys, of a file that has more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    defaults: Defaults = Field(default_factory=Defaults)
    snippets: dict[StepId, Snippet] = {}


def uses(step: Any) -> bool:
    """Whether a step as written stands for a snippet's steps."""
    return isinstance(step, Mapping) and USE in step
