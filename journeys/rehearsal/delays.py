"""How long people take, as authors write it: the least, the typical and the most time. Work is counted in business days and done in working hours."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_serializer, model_validator

from journeys.durations import Calendar, Duration, Length, Unit
from journeys.shapes import Authored

OPENS, CLOSES = 8, 17
"""The hours of the HCP's day between which work is done."""

_PARTS = 1024
_LAST_MOMENT = timedelta(minutes=1)

_HALVES = tuple(time(hour, minute) for hour in range(OPENS, CLOSES) for minute in (0, 30))


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


class Diary:
    """A calendar that remembers its answers: the HCPs of a market share their working days and hours, and a rehearsal asks for them very often."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._days: dict[tuple[int, int], datetime] = {}
        self._working: dict[tuple[int, int], datetime] = {}
        self._hours: dict[tuple[datetime, int], datetime] = {}

    def at_work(self, now: datetime, *, days: int, rng: Random) -> datetime:
        """Some half hour of the `days`-th working day after `now`; never before `now`."""
        half = int(rng.random() * len(_HALVES))
        local = self.calendar.local(now)
        ahead = (local.toordinal(), days)
        midnight = self._days.get(ahead)
        if midnight is None:
            noon = local.replace(hour=12, minute=0, second=0, microsecond=0)
            day = self.calendar.local(self.calendar.after(noon, Length(days, Unit.BUSINESS_DAY))).date() if days else local.date()
            midnight = self._days[ahead] = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return max(self._at(midnight, half), now)

    def in_time(self, now: datetime, *, due: datetime, share: float, rng: Random) -> datetime:
        """Some half hour of a working day when that share of the time until `due` has passed; before `due`, and never before `now`."""
        half = int(rng.random() * len(_HALVES))
        then = now + (due - now) * int(share * _PARTS) // _PARTS  # whole numbers: a timedelta times a fraction is slow
        hour = (then.toordinal(), then.hour)  # of UTC: the HCP's day is the same for all instants of an hour, or nearly so
        midnight = self._working.get(hour)
        if midnight is None:
            midnight = self._working[hour] = self._working_day(then.replace(minute=0))
        at = self._at(midnight, half)
        if at >= due:
            at = due - _LAST_MOMENT
        return max(now, at)

    def _working_day(self, instant: datetime) -> datetime:
        day = self.calendar.local(instant).date()
        while not self.calendar.works_on(day):
            day += timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    def _at(self, midnight: datetime, half: int) -> datetime:
        reached = self._hours.get((midnight, half))
        if reached is None:
            reached = self._hours[midnight, half] = self.calendar.at(midnight.date(), _HALVES[half])
        return reached


Draw = Callable[[Diary, datetime, Random], datetime]


def drawn(delay: Delay) -> Draw:
    """The delay as a function that says when what begins now is done."""
    least, typical, most = (float(length.amount) for length in (delay.least, delay.typical, delay.most))
    if delay.least.unit is Unit.BUSINESS_DAY:
        # Whole days, each with its share of the triangle: so the least and the most come up as well.
        return lambda diary, now, rng: diary.at_work(now, days=round(rng.triangular(least, most, typical)), rng=rng)
    unit = Length(1, delay.least.unit).roughly.total_seconds()
    return lambda _, now, rng: now + timedelta(seconds=int(unit * rng.triangular(least, most, typical)))
