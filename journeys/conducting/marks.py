"""When a point in time that an author named is, for one run: read from its facts or its entry event, in the HCP's calendar."""

from datetime import datetime

from journeys.conditions import Value
from journeys.definitions import Mark
from journeys.marking import instant_of
from journeys.state import State


def resolve(state: State, mark: Mark) -> datetime | None:
    """The instant, or None where the fact or field is not known or holds no date that a calendar could count from. A day without a time
    begins at its local midnight."""
    return instant_of(mark, _named(state, mark), state.calendar)


def _named(state: State, mark: Mark) -> Value | None:
    if mark.fact is not None:
        return state.facts.get(mark.fact)
    return state.entered.fields.get(mark.field or "") if state.entered is not None else None
