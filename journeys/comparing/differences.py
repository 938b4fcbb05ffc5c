"""Every difference between two values of the language, field by field, each at its place. It knows no kind of step, so that none can be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from journeys.conditions import AllOf, AnyOf, FactIs, Not, OutcomeIs
from journeys.definitions import Mark
from journeys.openings import Opening

Place = tuple[str, ...]
_ORDERED = ("branches",)
"""Where the order of writing means something: the lines of a `parallel` begin in it."""

CONDITIONS = (AllOf, AnyOf, Not, FactIs, OutcomeIs)
POINTS = (Mark, Opening)
"""Points in time. Like conditions they are told whole: a part of one means nothing by itself."""


@dataclass(frozen=True)
class Difference:
    """One field that differs. None is what is not given."""

    place: Place
    before: Any
    after: Any


class _Given:
    """Stands for a part that is there, whatever is in it."""

    def __str__(self) -> str:
        return "given"


_GIVEN = _Given()


def differences(before: BaseModel, after: BaseModel) -> Iterator[Difference]:
    """The fields that differ, in the order of the grammar."""
    earlier, later = dict(_leaves(before, ())), dict(_leaves(after, ()))
    places = [place for place in dict.fromkeys((*earlier, *later)) if earlier.get(place) != later.get(place)]
    within = {place[:depth] for place in places for depth in range(len(place))}
    # That a part is new needs no word where what is in it has one.
    yield from (Difference(place, earlier.get(place), later.get(place)) for place in places if place not in within)


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    match value:
        case None | False:  # what is not so, and what is not said
            return
        case BaseModel() if not isinstance(value, (*CONDITIONS, *POINTS)):
            yield place, _GIVEN
            for name, field in type(value).model_fields.items():
                yield from _leaves(getattr(value, name), (*place, field.alias or name))
        case dict():
            if place[-1:] == _ORDERED:
                yield (*place, "order"), tuple(value)
            for key, inside in value.items():
                yield from _leaves(inside, (*place, str(key)))
        case tuple() if any(isinstance(item, BaseModel) for item in value):
            for number, inside in enumerate(value, 1):
                yield from _leaves(inside, (*place, str(number)))
        case ():
            return
        case _:
            yield place, value
