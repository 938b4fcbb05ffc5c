"""Points in time and times of the week, as a person says them."""

from journeys.definitions import Mark
from journeys.explaining.phrases import both, spoken
from journeys.openings import Opening, Weekday

_DAYS = {
    Weekday.MON: "Mondays",
    Weekday.TUE: "Tuesdays",
    Weekday.WED: "Wednesdays",
    Weekday.THU: "Thursdays",
    Weekday.FRI: "Fridays",
    Weekday.SAT: "Saturdays",
    Weekday.SUN: "Sundays",
}


def point(mark: Mark) -> str:
    """A point in time, as it stands after "until"."""
    if mark.fact is not None:
        source = f"the moment known as the HCP's “{spoken(mark.fact)}”"
    elif mark.field is not None:
        source = f"the moment given as “{spoken(mark.field)}” by the event by which the HCP entered"
    else:
        source = f"{mark.at:%Y-%m-%d %H:%M %Z}"
    if mark.plus is not None:
        return f"{mark.plus} after {source}"
    return f"{mark.minus} before {source}" if mark.minus is not None else source


def starting(mark: Mark) -> str:
    """A point in time at which something begins, as it stands after "starts"."""
    return point(mark) if mark.plus is not None or mark.minus is not None else f"at {point(mark)}"


def hours(opening: Opening) -> str:
    """A time of the HCP's week, in the HCP's own zone."""
    if opening.at is not None:
        when = f"{opening.at:%H:%M}"
    elif opening.between is not None:
        when = f"a time between {opening.between[0]:%H:%M} and {opening.between[1]:%H:%M}"
    else:
        when = "any time"
    if opening.on is None:
        return f"{when} on any day"
    return f"{when} on {'working days' if isinstance(opening.on, str) else both([_DAYS[day] for day in opening.on])}"
