"""A point in time as authors name it: a fixed one, the date that a fact holds, or one that came with the event by which the HCP entered."""

from typing import Self

from pydantic import model_validator

from journeys.durations import Duration
from journeys.shapes import Authored, Instant, Slug


class Mark(Authored):
    """`{fact: next_congress, minus: 1 day}`, `{field: starts_at, plus: 2 hours}` or `{at: 2027-03-04T17:00:00Z}`."""

    fact: str | None = None
    field: Slug | None = None
    at: Instant | None = None
    plus: Duration | None = None
    minus: Duration | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if sum(source is not None for source in (self.fact, self.field, self.at)) != 1:
            raise ValueError("a point in time is given by exactly one of fact, field (of the entry event) or at")
        if self.plus is not None and self.minus is not None:
            raise ValueError("a point in time is moved once: by plus or by minus")
        return self
