"""How an HCP comes into a journey, how often, and what makes the HCP leave it from wherever the run stands."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from journeys.conditions import Condition
from journeys.definitions.words import Fields
from journeys.durations import Duration
from journeys.openings import Opening
from journeys.shapes import Authored, Slug

AFTER_EXIT, BY_KEY, NEVER = "after_exit", "by_key", "never"


class EventIs(Authored):
    """An event of the outside, by its name, with the values that its fields must have."""

    event: Slug
    where: Fields = {}


class ExitEvent(EventIs):
    same_key: bool = False
    """Only the event with the key of the one by which the HCP entered."""


class Entry(Authored):
    """Who may enter, always; and what enters them besides a person who asks for it: an event, a condition that comes true, a schedule."""

    when: Condition
    on: EventIs | None = None
    automatic: bool = False
    """Whoever meets `when` enters without being asked for."""
    schedule: Opening | None = None
    """At these times of the market's week, whoever meets `when` enters."""
    again: Literal["never", "after_exit", "by_key"] | Annotated[Duration, Field()] = "never"
    """`by_key`: one run for each key of the event, side by side. A duration counts from the end of the run before."""
    hold_out: int = Field(0, ge=0, le=90)
    """Per cent of those who could enter that are kept out for comparison; the same people every time."""

    @model_validator(mode="after")
    def _keyed(self) -> Self:
        if self.again == BY_KEY and self.on is None:
            raise ValueError("entry by key needs an event (on) whose key it is")
        return self
