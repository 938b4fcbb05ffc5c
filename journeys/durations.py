"""Lengths of time as authors write them ("5 business days"), and the calendar of one HCP in which they are counted."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema, field_validator

from journeys.shapes import Stored

_WRITTEN = re.compile(r"^\s*(\d{1,6})\s+(minute|hour|day|business day)s?\s*$")


LONGEST = timedelta(days=3653)
"""Ten years: longer than any strategy is agreed for, short enough to be counted day by day."""


class Unit(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    BUSINESS_DAY = "business day"


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
        each = {
            Unit.MINUTE: timedelta(minutes=1),
            Unit.HOUR: timedelta(hours=1),
            Unit.DAY: timedelta(days=1),
            Unit.BUSINESS_DAY: timedelta(days=1.4),
        }[self.unit]
        return self.amount * each


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
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,6} (minute|hour|day|business day)s?$"}),
]


def is_zone(name: str) -> bool:
    """Whether the IANA database knows the zone. Total: names that are no paths, or too long, are simply not known."""
    try:
        ZoneInfo(name)
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
        return day.weekday() not in self.weekend and day not in self.holidays

    def after(self, start: datetime, length: Length) -> datetime:
        """The instant (UTC) that lies `length` after `start`.

        Minutes and hours are elapsed time. Days and business days keep the local time of day of `start`; in the hour that a
        daylight-saving change skips, the clock reading before the change is meant (PEP 495, fold 0).
        """
        match length.unit:
            case Unit.MINUTE:
                return start.astimezone(UTC) + timedelta(minutes=length.amount)
            case Unit.HOUR:
                return start.astimezone(UTC) + timedelta(hours=length.amount)
            case Unit.DAY:
                return self._on(start, self._local(start).date() + timedelta(days=length.amount))
            case Unit.BUSINESS_DAY:
                return self._on(start, self._business_day(self._local(start).date(), length.amount))

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.zone))

    def _on(self, start: datetime, day: date) -> datetime:
        return datetime.combine(day, self._local(start).time().replace(fold=0), ZoneInfo(self.zone)).astimezone(UTC)

    def _business_day(self, day: date, count: int) -> date:
        while count:
            day += timedelta(days=1)
            count -= self.works_on(day)
        return day
