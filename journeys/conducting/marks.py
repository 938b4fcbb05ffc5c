"""When a point in time that an author named is, for one run: read from its facts or its entry event, in the HCP's calendar."""

from datetime import UTC, date, datetime

from journeys.conditions import Value
from journeys.definitions import Mark
from journeys.state import State


def resolve(state: State, mark: Mark) -> datetime | None:
    """The instant, or None where the fact or field is not known or holds no date that a calendar could count from. A day without a time
    begins at its local midnight."""
    try:
        start = mark.at if mark.at is not None else _read(state, _named(state, mark))
        if start is None:
            return None
        if mark.plus is not None:
            return state.calendar.after(start, mark.plus)
        return start if mark.minus is None else state.calendar.before(start, mark.minus)
    except (ValueError, OverflowError):  # no date, or one at the end of all calendars, such as 0001-01-01
        return None


def _named(state: State, mark: Mark) -> Value | None:
    if mark.fact is not None:
        return state.facts.get(mark.fact)
    return state.entered.fields.get(mark.field or "") if state.entered is not None else None


def _read(state: State, value: Value | None) -> datetime | None:
    """Raises ValueError where the text is no date."""
    if not isinstance(value, str):
        return None
    if len(value) == len("2027-03-04"):
        return state.calendar.start_of(date.fromisoformat(value))
    instant = datetime.fromisoformat(value)
    return instant.astimezone(UTC) if instant.tzinfo is not None else None
