"""Which people a bulk enrolment is about: a condition on facts, places, a list, or several of them at once, and then those who meet all."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from journeys.conditions import Condition, named_facts
from journeys.facts import CATALOGUE, Wall
from journeys.shapes import Authored, Market

_Id = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class Selection(Authored):
    when: Condition | None = None
    """Who meets it."""
    markets: tuple[Market, ...] = ()
    territories: tuple[_Id, ...] = Field((), max_length=1000)
    people: tuple[_Id, ...] = Field((), max_length=10_000)
    """Ids of people."""

    @model_validator(mode="after")
    def _selects(self) -> Self:
        if self.when is None and not (self.markets or self.territories or self.people):
            raise ValueError("say whom: give when, markets, territories or people")
        strangers = sorted({*unusable(self.when)})
        if strangers:
            raise ValueError(f"not a fact that commercial may use: {', '.join(strangers)}")
        return self


def unusable(condition: Condition | None) -> Iterator[str]:
    """The facts of a condition that are not in the catalogue, or that lie on the medical side of the firewall."""
    return (name for name in named_facts(condition) if name not in CATALOGUE or CATALOGUE[name].wall is Wall.MEDICAL)
