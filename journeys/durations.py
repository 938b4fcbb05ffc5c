"""Lengths of time as authors write them ("5 business days"), and the calendar of one HCP in which they are counted."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema, field_validator

from journeys.shapes import Stored

_WRITTEN = re.compile(r"^\s*([0-9]{1,6})\s+(minute|hour|day|business day)s?\s*$")


_NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})
_OTHER_CLOCKS = ("right/", "posix/")

LONGEST = timedelta(days=3653)
"""Ten years: longer than any strategy is agreed for, short enough to be counted day by day."""

_DAY = timedelta(days=1)
_Way = Literal[1, -1]
"""Counted forwards or backwards."""


class Unit(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    BUSINESS_DAY = "business day"


_ROUGHLY = {Unit.MINUTE: timedelta(minutes=1), Unit.HOUR: timedelta(hours=1), Unit.DAY: timedelta(days=1), Unit.BUSINESS_DAY: timedelta(days=1.4)}


@dataclass(frozen=True, order=False)
class Length:
    """An amount of one unit. Days are days of the HCP's local calendar, not 24 hours: nine in the morning stays nine in the morning."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"

    @property
    def roughly(self) -> timedelta:
        """The length in elapsed time, to compare and to estimate with; a business day counts as 1.4 days (7 / 5)."""
        return self.amount * _ROUGHLY[self.unit]


def parse(written: Any) -> Length:
    """Read "10 business days" (or a Length). Raises ValueError that shows the form when it is anything else, or zero."""
    if isinstance(written, Length):
        return written
    found = _WRITTEN.match(written) if isinstance(written, str) else None
    if found is None or int(found[1]) == 0:
        raise ValueError('a duration is a whole number above zero and a unit, such as "30 minutes", "4 hours", "5 days" or "10 business days"')
    length = Length(int(found[1]), Unit(found[2]))
    if length.roughly > LONGEST:
        raise ValueError(f"a duration is at most ten years ({LONGEST.days} days)")
    return length


Duration = Annotated[
    Length,
    BeforeValidator(parse),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,6} (minute|hour|day|business day)s?$"}),
]


def is_zone(name: str) -> bool:
    """Whether the IANA database knows the zone. Total: names that are no paths, or too long, are simply not known. Nor is what lies beside the zones of a
    machine and means its own clock, or a clock that counts leap seconds: the HCP's would differ from worker to worker."""
    if name in _NO_PLACES or name.startswith(_OTHER_CLOCKS):
        return False
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


class Calendar(Stored):
    """When one HCP works: the zone, the weekend (0 is Monday) and the public holidays known when it was drawn up."""

    zone: str = "UTC"
    weekend: tuple[int, ...] = (5, 6)
    holidays: tuple[date, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if not is_zone(zone):
            raise ValueError(f"{zone!r} is not a time zone of the IANA database")
        return zone

    @field_validator("weekend")
    @classmethod
    def _some_day_is_worked(cls, weekend: tuple[int, ...]) -> tuple[int, ...]:
        if not set(weekend) < set(range(7)):
            raise ValueError("a weekend names days from 0 (Monday) to 6, and leaves at least one to work on")
        return weekend

    def works_on(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day.toordinal() not in _ordinals(self.holidays)

    def after(self, start: datetime, length: Length) -> datetime:
        """The instant (UTC) that lies `length` after `start`.

        Minutes and hours are elapsed time. Days and business days keep the local time of day of `start`; a reading that a daylight-saving
        change skips or doubles is taken by the clock before the change (PEP 495, fold 0).
        """
        return self._counted(start, length, way=1)

    def before(self, end: datetime, length: Length) -> datetime:
        """The instant (UTC) that lies `length` before `end`: `after` in the mirror.

        A reading that a daylight-saving change skips or doubles is taken by the clock after the change (fold 1). So both ways it is the clock on
        the side that is counted from: what lies after is always later, what lies before always earlier.
        """
        return self._counted(end, length, way=-1)

    def at(self, day: date, reading: time) -> datetime:
        """The first instant (UTC) at which the HCP's clock has reached `reading` on `day`.

        That is the first of two where the reading comes twice, and the instant of the jump where daylight saving skips it. Raises
        OverflowError where that lies outside the years 1 to 9999.
        """
        return _reached(self.zone, day, reading)

    def start_of(self, day: date) -> datetime:
        """The instant (UTC) at which the HCP's day begins: midnight, or what the clock jumps to from there."""
        return self.at(day, time.min)

    def has(self, day: date) -> bool:
        """Whether the day exists for the HCP: in Samoa, 29 December 2011 was followed by the 31st."""
        return self.start_of(day) < self.start_of(day + _DAY)

    def local(self, instant: datetime) -> datetime:
        """The instant by the HCP's clock."""
        return instant.astimezone(_zone(self.zone))

    def _counted(self, instant: datetime, length: Length, *, way: _Way) -> datetime:
        match length.unit:
            case Unit.BUSINESS_DAY:
                local = self.local(instant)
                days = _business_days(local.date(), way * length.amount, self.weekend, self.holidays)
            case Unit.DAY:
                local, days = self.local(instant), way * length.amount
            case Unit.HOUR:
                return instant.astimezone(UTC) + timedelta(hours=way * length.amount)
            case Unit.MINUTE:
                return instant.astimezone(UTC) + timedelta(minutes=way * length.amount)
        moved = local + timedelta(days=days)  # by the clock on the wall, and fold 0 (PEP 495)
        return (moved if way > 0 else moved.replace(fold=1)).astimezone(UTC)


@cache
def _zone(name: str) -> ZoneInfo:
    """The zone, kept for good: ZoneInfo itself keeps few that nobody holds, and would read the others from disk again."""
    return ZoneInfo(name)


@lru_cache(maxsize=64)
def _ordinals(days: tuple[date, ...]) -> frozenset[int]:
    """The days as a set of numbers. It stands beside the calendar, not in it: a copy with other days cannot keep the old ones."""
    return frozenset(map(date.toordinal, days))


@lru_cache(maxsize=2048)
def _business_days(day: date, count: int, weekend: tuple[int, ...], holidays: tuple[date, ...]) -> int:
    """How many days of the calendar lead from `day` to the last of `count` days of work, backwards where that is negative."""
    off = _ordinals(holidays)
    here = start = day.toordinal()
    step = 1 if count > 0 else -1
    while count:
        here += step
        if here not in off and (here - 1) % 7 not in weekend:
            count -= step
    return here - start


@lru_cache(maxsize=8192)
def _reached(zone: str, day: date, reading: time) -> datetime:
    """See `Calendar.at`. Kept, because the HCPs of a market share their mornings."""
    wall = datetime.combine(day, reading, _zone(zone))
    old, new = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if old <= new:
        return old
    return _jump(wall, between=(new, old))


def _jump(skipped: datetime, *, between: tuple[datetime, datetime]) -> datetime:
    """The instant at which the clock jumps over a reading: the first, to the second, at which it shows more."""
    earliest, latest = (instant.replace(microsecond=0) for instant in between)

    def shown(second: int) -> datetime:
        return (earliest + timedelta(seconds=second)).astimezone(skipped.tzinfo).replace(tzinfo=None)

    seconds = range(int((latest - earliest).total_seconds()))
    return earliest + timedelta(seconds=bisect_left(seconds, skipped.replace(tzinfo=None), key=shown))
