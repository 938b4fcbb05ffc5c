"""Journey time against the wall clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from journeys.pace import Pace

ORIGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
lengths = st.timedeltas(timedelta(0), timedelta(days=400))


def test_at_pace_one_the_two_clocks_are_the_same() -> None:
    """In real life nothing is computed: the wall clock's reading is returned as it is."""
    wall = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
    assert Pace(origin=ORIGIN).journey(wall) is wall
    assert Pace(origin=ORIGIN).wall(wall) is wall


def test_a_month_can_be_played_in_minutes() -> None:
    """At pace 1440 a day lasts a minute, before and after the origin."""
    pace = Pace(origin=ORIGIN, speed=1440)
    assert pace.journey(ORIGIN) == ORIGIN
    assert pace.journey(ORIGIN + timedelta(minutes=30)) == ORIGIN + timedelta(days=30)
    assert pace.journey(ORIGIN - timedelta(minutes=1)) == ORIGIN - timedelta(days=1)
    assert pace.wall(ORIGIN + timedelta(days=30)) == ORIGIN + timedelta(minutes=30)


@pytest.mark.parametrize("speed", [0, -1])
def test_time_does_not_stand_still_or_run_back(speed: float) -> None:
    """A pace of zero or less is refused."""
    with pytest.raises(ValidationError):
        Pace(origin=ORIGIN, speed=speed)


@given(lengths, st.sampled_from([1.0, 60.0, 1440.0, 43_200.0]))
def test_a_timer_set_for_a_journey_time_wakes_at_it(length: timedelta, speed: float) -> None:
    """The wall-clock instant of a journey time reads as that journey time, to the rounding of a microsecond on the wall."""
    pace = Pace(origin=ORIGIN, speed=speed)
    reached = pace.journey(pace.wall(ORIGIN + length))
    assert abs(reached - (ORIGIN + length)) <= timedelta(microseconds=speed)


@given(lengths, lengths)
def test_journey_time_keeps_the_order_of_the_wall(one: timedelta, other: timedelta) -> None:
    """What is later on the wall is never earlier in the journey."""
    pace = Pace(origin=ORIGIN, speed=1440)
    first, second = sorted([one, other])
    assert pace.journey(ORIGIN + first) <= pace.journey(ORIGIN + second)
