"""When in the HCP's local week something may happen, as authors write it (`at: "09:00"`, `on: working_days`), and when that is next."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from journeys.durations import Calendar
from journeys.shapes import Authored

_WRITTEN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK = tuple(Weekday)


def parse(written: Any) -> time:
    """Read "09:00" (or a time of whole minutes). Raises ValueError that shows the form when it is anything else."""
    match written:
        case time(second=0, microsecond=0, tzinfo=None):
            return written.replace(fold=0)
        case str() if found := _WRITTEN.fullmatch(written):
            return time(int(found[1]), int(found[2]))
        case _:
            raise ValueError('a local time is written with hours and minutes in two digits each, from "00:00" to "23:59", such as "09:00"')


LocalTime = Annotated[
    time,
    BeforeValidator(parse),
    PlainSerializer(lambda reading: f"{reading:%H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{_WRITTEN.pattern}$"}),
]


class Opening(Authored):
    """`{at: "09:00"}`: at that time of the HCP's day; `{between: ["09:00", "17:00"]}`: from the one up to the other; neither: the whole day.

    `on` says on which days, else it is every day. A window that ends before it begins goes over midnight and belongs to the day on which it begins.
    """

    at: LocalTime | None = None
    between: tuple[LocalTime, LocalTime] | None = None
    on: Annotated[tuple[Weekday, ...], Field(min_length=1)] | Literal["working_days"] | None = None
    """`working_days` leaves out the weekend and the public holidays of the HCP's calendar."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.at is not None and self.between is not None:
            raise ValueError("a local time is either a time (at) or a window (between)")
        if (self.at, self.between, self.on) == (None, None, None):
            raise ValueError("a local time says when: give at, between or on")
        if self.between is not None and self.between[0] == self.between[1]:
            raise ValueError("a window begins and ends at different times; for the whole day give only `on`")
        if isinstance(self.on, tuple) and len(set(self.on)) < len(self.on):
            raise ValueError("`on` names a day twice")
        return self


def next_opening(opening: Opening, *, calendar: Calendar, now: datetime) -> datetime:
    """The earliest instant (UTC), `now` or later, at which it is open. There always is one: a calendar works on some weekday and lists finitely many holidays.

    A time of day is reached when the HCP's clock first shows it or more. So in the hour that comes twice it is the first that counts, and whoever
    comes later waits for the next day; in the hour that daylight saving skips it is the instant of the jump, and no day is left out but one that
    the zone itself left out. A window is open in one piece, from when its beginning is reached until its end is; one that lies wholly in the
    skipped hour is open for the instant of the jump. Raises OverflowError towards the end of the year 9999.
    """
    now = now.astimezone(UTC)
    # The window that began yesterday may still be open; one of an earlier day is over.
    yesterday = calendar.local(now).date() - timedelta(days=1)
    return next(max(begins, now) for begins, ends in _openings(opening, calendar, yesterday) if begins >= now or now < ends)


def next_beginning(opening: Opening, *, calendar: Calendar, after: datetime) -> datetime:
    """The earliest instant (UTC) later than `after` at which it begins to be open: what is done once at each opening is done then."""
    after = after.astimezone(UTC)
    return next(begins for begins, _ in _openings(opening, calendar, calendar.local(after).date()) if begins > after)


def open_at(opening: Opening, *, calendar: Calendar, instant: datetime) -> bool:
    """Whether it is open at that instant: that is when nobody who comes then has to wait."""
    now = instant.astimezone(UTC)  # in its own zone, an instant of a doubled hour equals none of another zone (PEP 495)
    return next_opening(opening, calendar=calendar, now=now) == now


def closes(opening: Opening, *, calendar: Calendar, instant: datetime) -> datetime:
    """When it closes (UTC) for whoever comes at that instant: the instant itself where it is closed or never stays open, else the end of
    this opening and of those that follow it without a gap. Raises ValueError for one that is never closed."""
    now = instant.astimezone(UTC)
    if opening.between is None and opening.on is None:
        raise ValueError("it is open at every hour of every day")
    first = calendar.local(now).date() - timedelta(days=1)
    for begins, ends in _openings(opening, calendar, first):
        if begins > now:
            break
        now = max(now, ends)
    return now


def _openings(opening: Opening, calendar: Calendar, first: date) -> Iterator[tuple[datetime, datetime]]:
    """From the first day on, for each day that has one, from when (inclusive) until when (exclusive) it is open; a time of day is both."""
    days = (first + timedelta(days=each) for each in count())
    return (_hours(opening, calendar, day) for day in days if _is_on(opening, calendar, day) and calendar.has(day))


def _is_on(opening: Opening, calendar: Calendar, day: date) -> bool:
    match opening.on:
        case None:
            return True
        case "working_days":
            return calendar.works_on(day)
        case days:
            return _WEEK[day.weekday()] in days


def _hours(opening: Opening, calendar: Calendar, day: date) -> tuple[datetime, datetime]:
    if opening.at is not None:
        reached = calendar.at(day, opening.at)
        return reached, reached
    begins, ends = opening.between or (time.min, time.min)
    return calendar.at(day, begins), calendar.at(day if begins < ends else day + timedelta(days=1), ends)
