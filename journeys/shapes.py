"""The two manners in which Dirigent reads data: strict where a person wrote it, tolerant where an older or newer release did."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
"""A word of the language: an outcome, a reason, a product: lower case, digits and underscores."""

StepId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
"""The stable name of a step or journey: lower case, digits and hyphens. It survives edits; people are parked on it."""

Market = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""A market's two capital letters: SE, UK, US, …"""

Mobile = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
"""A mobile number as ITU-T E.164 writes it: a plus, the country, the number; no spaces."""

Instant = AwareDatetime

MOST_VERSION = 2**31 - 1
"""What a database keeps as a whole number."""

Version = Annotated[int, Field(ge=1, le=MOST_VERSION)]
"""The number of a version, counted from 1."""


class Authored(BaseModel):
    """Written by a person: an unknown key is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


A = TypeVar("A", bound=Authored)


def read_back(model: type[A], body: Any) -> A:
    """What a person wrote once and Dirigent has kept since: a field that this release does not know is ignored, as another release may have written it."""
    return model.model_validate(body, extra="ignore")


class Stored(BaseModel):
    """Kept in a database or a workflow's history: unknown fields are ignored, so that a rollback can read newer data.

    The conductor makes and copies these by the dozen for every event. What it puts into them has the right type already, as mypy shows, so it
    calls `model_construct`; both that and `model_copy` are pydantic's in what they do, and several times quicker.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)  # an error's text goes into histories and logs

    _mould: ClassVar[tuple[dict[str, Any], set[str]]] = ({}, set())
    """Every field in its order, with its default where it has one, and the names of all: JSON is written in this order."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        blank = {name: None if field.is_required() else field.get_default(call_default_factory=True) for name, field in cls.model_fields.items()}
        cls._mould = (blank, set(blank))

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:  # type: ignore[override]  # the plugin types it by the fields
        """One whose values are taken as they are, every field counting as given. Defaults are shared: nothing alters a value of a frozen model."""
        return made(cls, values)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy in which some values are others, taken as they are."""
        if deep:
            return super().model_copy(update=update, deep=True)
        return _filled(type(self), {**self.__dict__, **update} if update else {**self.__dict__})


_SLOTS = ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
_set_values, _set_given, _set_extra, _set_private = (vars(BaseModel)[slot].__set__ for slot in _SLOTS)
"""The slots of a model, written past the guard that keeps it frozen, as pydantic itself does."""

S = TypeVar("S", bound=Stored)


def made(model: type[S], values: dict[str, Any]) -> S:
    """As `model_construct`, from a mapping: for the two or three places that make most of what the conductor makes."""
    blank, given = model._mould  # noqa: SLF001 - its own
    filled = object.__new__(model)
    _set_values(filled, blank | values)
    _set_given(filled, given)
    _set_extra(filled, None)
    _set_private(filled, None)
    return filled


def _filled(model: type[S], values: dict[str, Any]) -> S:
    filled = object.__new__(model)
    _set_values(filled, values)
    _set_given(filled, model._mould[1])  # noqa: SLF001 - likewise
    _set_extra(filled, None)
    _set_private(filled, None)
    return filled
