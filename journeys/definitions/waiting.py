"""What an author says of a step that waits: for time to pass, for a point in time, for an hour of the HCP's day, or for something to happen or become true."""

from typing import Self

from pydantic import Field, model_validator

from journeys.conditions import Condition
from journeys.definitions.marks import Mark
from journeys.definitions.words import HAPPENED, MET, MISSING, PAST, TIMEOUT, Fields, Heard
from journeys.durations import Duration
from journeys.openings import Opening
from journeys.shapes import Authored, Slug, StepId

_WITH_DEADLINE = ("for", "when", "event")
_ONLY_OF = {"of": "for", "where": "event", "same_key": "event"}


class Wait(Authored):
    """One form per wait. `for`, `when` and `event` say how long at most (`up_to`)."""

    time: Duration | None = None
    until: Mark | None = None
    local: Opening | None = None
    for_: tuple[Heard, ...] = Field((), alias="for")
    of: StepId | None = None
    when: Condition | None = None
    event: Slug | None = None
    where: Fields = {}
    """Which values the fields of the event must have; any of those listed."""
    same_key: bool = False
    """Only the event with the key of the one by which the HCP entered: the same appointment, not another."""
    up_to: Duration | None = None

    @property
    def form(self) -> str:
        """time, until, local, for, when or event."""
        return next(iter(self._forms))

    @property
    def ways(self) -> tuple[str, ...]:
        match self.form:
            case "for":
                return (*self.for_, TIMEOUT)
            case "when":
                return (MET, TIMEOUT)
            case "event":
                return (HAPPENED, TIMEOUT)
            case "until":
                return (TIMEOUT, PAST) if self.until is not None and self.until.at is not None else (TIMEOUT, PAST, MISSING)
            case _:
                return (TIMEOUT,)

    @property
    def _forms(self) -> tuple[str, ...]:
        given = {"time": self.time, "until": self.until, "local": self.local, "for": self.for_ or None, "when": self.when, "event": self.event}
        return tuple(form for form, value in given.items() if value is not None)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if len(self._forms) != 1:
            raise ValueError("a wait has exactly one of time, until, local, for, when or event")
        if self.up_to is not None and self.form not in _WITH_DEADLINE:
            raise ValueError(f"a wait with `{self.form}` ends by itself: it has no up_to")
        strangers = [name for name, form in _ONLY_OF.items() if getattr(self, name) and form != self.form]
        if strangers:
            raise ValueError(f"`{strangers[0]}` belongs to a wait with `{_ONLY_OF[strangers[0]]}`")
        return self
