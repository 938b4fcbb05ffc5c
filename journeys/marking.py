"""When a point in time that an author named is, given the value that it is read from: a fact, or a field of an event."""

from datetime import UTC, date, datetime

from journeys.conditions import Value
from journeys.definitions import Mark
from journeys.durations import Calendar


def instant_of(mark: Mark, value: Value | None, calendar: Calendar) -> datetime | None:
    """The instant in the HCP's calendar; a fixed one does not ask for the value. None where the value is no date that a calendar could count from. A day
    without a time begins at its local midnight."""
    try:
        start = mark.at if mark.at is not None else _read(value, calendar)
        if start is None:
            return None
        if mark.plus is not None:
            return calendar.after(start, mark.plus)
        return start if mark.minus is None else calendar.before(start, mark.minus)
    except (ValueError, OverflowError):  # no date, or one at the end of all calendars, such as 0001-01-01
        return None


def _read(value: Value | None, calendar: Calendar) -> datetime | None:
    """Raises ValueError where the text is no date."""
    if not isinstance(value, str):
        return None
    if len(value) == len("2027-03-04"):
        return calendar.start_of(date.fromisoformat(value))
    instant = datetime.fromisoformat(value)
    return instant.astimezone(UTC) if instant.tzinfo is not None else None
