"""How long people take, as authors write it: the least, the typical and the most time. Work is counted in business days and done in working hours."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_serializer, model_validator

from journeys.durations import Calendar, Duration, Length, Unit
from journeys.shapes import Authored

OPENS, CLOSES = 8, 17
"""The hours of the HCP's day between which work is done."""

_OPENS = time(OPENS)
_HALVES = tuple(timedelta(minutes=minutes) for minutes in range(0, (CLOSES - OPENS) * 60, 30))
_LAST_MOMENT = timedelta(minutes=1)
_PARTS = 1024


class Delay(Authored):
    """`[1 day, 3 days, 10 days]`: never less, most often, never more (a triangular distribution). All three are of one unit."""

    least: Duration
    typical: Duration
    most: Duration

    @model_validator(mode="before")
    @classmethod
    def _three(cls, written: object) -> object:
        match written:
            case [least, typical, most]:
                return {"least": least, "typical": typical, "most": most}
            case list() | tuple():
                raise ValueError("a delay is three durations: the least, the typical and the most")
            case _:
                return written

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if len({self.least.unit, self.typical.unit, self.most.unit}) > 1:
            raise ValueError("the three durations of a delay are of one unit")
        if not self.least.amount <= self.typical.amount <= self.most.amount:
            raise ValueError("a delay rises: the least, the typical, the most")
        return self

    @model_serializer
    def _written(self) -> list[str]:
        return [str(self.least), str(self.typical), str(self.most)]


Chance = Annotated[float, Field(ge=0, le=1)]
"""A probability: 0 is never, 1 is always."""


def _rising(span: tuple[float, float, float]) -> tuple[float, float, float]:
    if not span[0] <= span[1] <= span[2]:
        raise ValueError("a span rises: the least, the typical, the most")
    return span


Span = Annotated[tuple[Chance, Chance, Chance], AfterValidator(_rising)]
"""The least, the typical and the most of a share (a triangular distribution)."""

Weights = dict[str, Annotated[float, Field(ge=0)]]
"""How often each of several things happens, compared with the others."""


class Remembering(Calendar):
    """A calendar that remembers what lies after what. The work of a market is done in the same half hours, and counting days is slow."""

    @cached_property
    def _reckoned(self) -> dict[tuple[datetime, int, Unit], datetime]:
        return {}

    def after(self, start: datetime, length: Length) -> datetime:
        key = (start, length.amount, length.unit)
        known = self._reckoned.get(key)
        if known is None:
            known = self._reckoned[key] = super().after(start, length)
        return known


class Diary:
    """A calendar that remembers its answers: the HCPs of a market share their working days and hours, and a rehearsal asks for them very often.

    It keeps when the working hours of a day begin; daylight saving changes at night, so the rest of the working day follows from that.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = Remembering.model_construct(**vars(calendar))
        self._ahead: dict[tuple[int, int], datetime] = {}
        self._on: dict[tuple[int, int], datetime] = {}

    def at_work(self, now: datetime, *, days: int, rng: Random) -> datetime:
        """Some half hour of the `days`-th working day after `now`; never before `now`."""
        local = self.calendar.local(now)
        ahead = (local.toordinal(), days)
        opens = self._ahead.get(ahead)
        if opens is None:
            noon = local.replace(hour=12, minute=0, second=0, microsecond=0)
            day = self.calendar.local(self.calendar.after(noon, Length(days, Unit.BUSINESS_DAY))).date() if days else local.date()
            opens = self._ahead[ahead] = self.calendar.at(day, _OPENS)
        return max(opens + _HALVES[int(rng.random() * len(_HALVES))], now)

    def in_time(self, now: datetime, *, due: datetime, share: float, rng: Random) -> datetime:
        """Some half hour of a working day when that share of the time until `due` has passed; before `due`, and never before `now`."""
        then = now + (due - now) * int(share * _PARTS) // _PARTS  # whole numbers: a timedelta times a fraction is slow
        hour = (then.toordinal(), then.hour)  # of UTC: the HCP's day is the same for all instants of an hour, or nearly so
        opens = self._on.get(hour)
        if opens is None:
            opens = self._on[hour] = self.calendar.at(self._working_day(then.replace(minute=0)), _OPENS)
        at = opens + _HALVES[int(rng.random() * len(_HALVES))]
        if at >= due:
            at = due - _LAST_MOMENT
        return max(now, at)

    def _working_day(self, instant: datetime) -> date:
        day = self.calendar.local(instant).date()
        while not self.calendar.works_on(day):
            day += timedelta(days=1)
        return day


Draw = Callable[[Diary, datetime, Random], datetime]


def drawn(delay: Delay) -> Draw:
    """The delay as a function that says when what begins now is done."""
    least, typical, most = (float(length.amount) for length in (delay.least, delay.typical, delay.most))
    if delay.least.unit is Unit.BUSINESS_DAY:
        # Whole days, each with its share of the triangle: so the least and the most come up as well.
        return lambda diary, now, rng: diary.at_work(now, days=round(rng.triangular(least, most, typical)), rng=rng)
    unit = Length(1, delay.least.unit).roughly.total_seconds()
    return lambda _, now, rng: now + timedelta(seconds=int(unit * rng.triangular(least, most, typical)))
