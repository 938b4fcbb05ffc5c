"""Finds the free words of a human in a request body: a field holds them when its type says so (`Words`, `Verbatim` in `api.schemas.shapes`)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from api.schemas.shapes import Typed

SAFETY = "safety"
"""The field of the answer to the adverse-event question. Its words are drug safety's: they are asked about no further, and no word is refused there."""


class Said(NamedTuple):
    """Free words in a body, where they stand, and whether they are the asker's own."""

    pointer: str
    words: str
    own: bool


def free_words(body: BaseModel, at: str = "") -> Iterator[Said]:
    """Every text in the body that a human typed freely."""
    for name, field in type(body).model_fields.items():
        pointer = f"{at}/{field.alias or name}"
        value = getattr(body, name)
        if name == SAFETY:
            continue
        typed = typed_as(field)
        if typed is not None and isinstance(value, str):
            yield Said(pointer, value, typed.own)
        else:
            yield from _within(value, pointer)


def _within(value: object, at: str) -> Iterator[Said]:
    if isinstance(value, BaseModel):
        yield from free_words(value, at)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _within(each, f"{at}/{key}")
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for index, each in enumerate(value):
            yield from _within(each, f"{at}/{index}")


def typed_as(field: FieldInfo) -> Typed | None:
    """The mark of free words, also within `Words | None`."""
    return next((mark for mark in (*field.metadata, *_marks(field.annotation)) if isinstance(mark, Typed)), None)


def _marks(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
    for inner in get_args(annotation):
        yield from _marks(inner)


def are_free(declared: object) -> bool:
    """Whether a field is declared as free words, also where it may be missing. `declared` is its annotation, or that with its metadata."""
    parts = declared if isinstance(declared, tuple) else get_args(declared)
    return any(isinstance(part, Typed) or are_free(part) for part in parts if not isinstance(part, str))
