"""Lengths of time as an author writes them, counted in the calendar of one HCP."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from journeys.durations import Calendar, Duration, Length, Unit, parse

ZONES = ("UTC", "Europe/Stockholm", "Europe/London", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
STOCKHOLM = Calendar(zone="Europe/Stockholm")

lengths = st.builds(Length, st.integers(1, 60), st.sampled_from(Unit))
instants = st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  Hypothesis adds the zone


def local(zone: str, *when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("1 minute", Length(1, Unit.MINUTE)),
        ("4 hours", Length(4, Unit.HOUR)),
        ("  5 days ", Length(5, Unit.DAY)),
        ("10 business days", Length(10, Unit.BUSINESS_DAY)),
        ("1 business day", Length(1, Unit.BUSINESS_DAY)),
    ],
)
def test_a_duration_is_read_as_written(written: str, length: Length) -> None:
    """A number and a unit, singular or plural, are a length."""
    assert parse(written) == length


@pytest.mark.parametrize(
    "written", ["0 days", "-1 days", "1.5 days", "5", "days", "5 weeks", "after 5 days", "1234567 days", "٣ days", "", 5, None, timedelta(days=5)]
)
def test_what_is_no_duration_is_refused_with_the_form_to_use(written: object) -> None:
    """Zero, fractions, unknown units and other types are errors that show how a duration is written."""
    with pytest.raises(ValueError, match="10 business days"):
        parse(written)


@given(lengths)
def test_a_length_is_written_as_it_is_read(length: Length) -> None:
    """Text and JSON keep a length exactly."""
    adapter: TypeAdapter[Length] = TypeAdapter(Duration)
    assert parse(str(length)) == length
    assert adapter.validate_json(adapter.dump_json(length)) == length


def test_a_business_day_counts_as_seven_fifths_of_a_day_roughly() -> None:
    """Five business days are about a week."""
    assert Length(5, Unit.BUSINESS_DAY).roughly == timedelta(days=7)


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("Europe/Stockholm", (2026, 3, 28, 9, 0), (2026, 3, 29, 9, 0)),
        ("Europe/Stockholm", (2026, 10, 24, 9, 0), (2026, 10, 25, 9, 0)),
        ("America/New_York", (2026, 3, 7, 9, 0), (2026, 3, 8, 9, 0)),
        ("America/New_York", (2026, 10, 31, 9, 0), (2026, 11, 1, 9, 0)),
        ("Australia/Sydney", (2026, 4, 4, 9, 0), (2026, 4, 5, 9, 0)),
        ("Australia/Sydney", (2026, 10, 3, 9, 0), (2026, 10, 4, 9, 0)),
    ],
)
def test_nine_in_the_morning_stays_nine_in_the_morning(zone: str, start: tuple[int, ...], end: tuple[int, ...]) -> None:
    """A day across a daylight-saving change keeps the HCP's clock, though 23 or 25 hours pass."""
    after = Calendar(zone=zone).after(local(zone, *start), Length(1, Unit.DAY))
    assert after == local(zone, *end).astimezone(UTC)
    assert after - local(zone, *start).astimezone(UTC) != timedelta(hours=24)


def test_hours_are_elapsed_time_whatever_the_clock_says() -> None:
    """24 hours across the spring change end at ten, not at nine."""
    assert STOCKHOLM.after(local("Europe/Stockholm", 2026, 3, 28, 9, 0), Length(24, Unit.HOUR)) == local("Europe/Stockholm", 2026, 3, 29, 10, 0)


def test_a_time_that_the_spring_change_skips_is_read_by_the_clock_before_it() -> None:
    """Half past two does not exist on that morning: by the clock before the change it is half past three."""
    after = STOCKHOLM.after(local("Europe/Stockholm", 2026, 3, 28, 2, 30), Length(1, Unit.DAY))
    assert after.astimezone(ZoneInfo("Europe/Stockholm")).strftime("%d %H:%M") == "29 03:30"


def test_a_time_that_comes_twice_in_autumn_is_the_first_of_the_two() -> None:
    """Half past two comes twice on that morning: the first is meant."""
    after = STOCKHOLM.after(local("Europe/Stockholm", 2026, 10, 24, 2, 30), Length(1, Unit.DAY))
    assert after == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_start_in_the_second_of_two_hours_does_not_reach_into_the_next_change() -> None:
    """From the second half past two in autumn to the skipped one in spring, the clock before the change is still meant."""
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    after = STOCKHOLM.after(second, Length(154, Unit.DAY))
    assert after == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "end"),
    [(1, (2026, 12, 22)), (3, (2026, 12, 28)), (6, (2026, 12, 31)), (7, (2027, 1, 4))],
)
def test_business_days_step_over_weekends_and_holidays(count: int, end: tuple[int, int, int]) -> None:
    """From the Monday before Christmas, the Swedish eves and days and the weekends do not count."""
    christmas = (date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1))
    calendar = Calendar(zone="Europe/Stockholm", holidays=christmas)
    assert calendar.after(local("Europe/Stockholm", 2026, 12, 21, 9, 0), Length(count, Unit.BUSINESS_DAY)).date() == date(*end)


def test_the_first_business_day_after_a_weekend_is_monday() -> None:
    """A length that starts on a Saturday counts from the Monday on."""
    assert Calendar().after(datetime(2026, 3, 7, 12, 0, tzinfo=UTC), Length(1, Unit.BUSINESS_DAY)) == datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def test_the_weekend_is_the_calendars_own() -> None:
    """Where Friday and Saturday are free, Thursday's next business day is Sunday."""
    calendar = Calendar(weekend=(4, 5))
    assert calendar.after(datetime(2026, 3, 5, 9, 0, tzinfo=UTC), Length(1, Unit.BUSINESS_DAY)).date() == date(2026, 3, 8)


def test_the_day_is_that_of_the_hcp() -> None:
    """Sunday evening in UTC is Monday morning in Sydney: one business day later is Tuesday there."""
    calendar = Calendar(zone="Australia/Sydney")
    after = calendar.after(datetime(2026, 6, 7, 23, 0, tzinfo=UTC), Length(1, Unit.BUSINESS_DAY))
    assert after.astimezone(ZoneInfo("Australia/Sydney")).strftime("%a %H:%M") == "Tue 09:00"


@given(instants, lengths, st.sampled_from(ZONES))
@example(datetime(2011, 12, 29, 20, 0, tzinfo=UTC), Length(1, Unit.DAY), "Pacific/Apia")
def test_later_is_later_in_every_zone(start: datetime, length: Length, zone: str) -> None:
    """A length always ends after its start, in UTC, also where the calendar leaves out a whole day; one more never ends earlier."""
    calendar = Calendar(zone=zone)
    after = calendar.after(start, length)
    assert after > start
    assert after.tzinfo is UTC
    assert calendar.after(start, Length(length.amount + 1, length.unit)) >= after


@given(instants, st.integers(1, 30), st.sampled_from(ZONES))
def test_business_days_end_on_a_day_of_work(start: datetime, count: int, zone: str) -> None:
    """Whatever the start, a number of business days ends on a day on which the HCP works, at the same time of day where that exists."""
    calendar = Calendar(zone=zone, holidays=tuple(start.date() + timedelta(days=each) for each in (1, 2, 8)))
    ends = calendar.after(start, Length(count, Unit.BUSINESS_DAY)).astimezone(ZoneInfo(zone))
    shifted = ends.time() != start.astimezone(ZoneInfo(zone)).time()
    assert calendar.works_on(ends.date()) or shifted


@pytest.mark.parametrize(
    ("zone", "end", "start"),
    [
        ("Europe/Stockholm", (2026, 3, 29, 9, 0), (2026, 3, 28, 9, 0)),
        ("Europe/Stockholm", (2026, 10, 25, 9, 0), (2026, 10, 24, 9, 0)),
        ("America/New_York", (2026, 3, 8, 9, 0), (2026, 3, 7, 9, 0)),
        ("America/New_York", (2026, 11, 1, 9, 0), (2026, 10, 31, 9, 0)),
        ("Australia/Sydney", (2026, 4, 5, 9, 0), (2026, 4, 4, 9, 0)),
        ("Australia/Sydney", (2026, 10, 4, 9, 0), (2026, 10, 3, 9, 0)),
    ],
)
def test_a_day_before_an_appointment_is_the_same_time_of_day(zone: str, end: tuple[int, ...], start: tuple[int, ...]) -> None:
    """Counting back over a daylight-saving change keeps the HCP's clock as counting forward does."""
    assert Calendar(zone=zone).before(local(zone, *end), Length(1, Unit.DAY)) == local(zone, *start).astimezone(UTC)


def test_hours_before_are_elapsed_time() -> None:
    """24 hours before ten on the morning of the spring change is nine, the day before."""
    assert STOCKHOLM.before(local("Europe/Stockholm", 2026, 3, 29, 10, 0), Length(24, Unit.HOUR)) == local("Europe/Stockholm", 2026, 3, 28, 9, 0)


def test_a_skipped_time_counted_back_to_is_read_by_the_clock_after_the_change() -> None:
    """A day before half past two, where that time does not exist, is half past one: 24 hours, as it is the other way."""
    assert STOCKHOLM.before(local("Europe/Stockholm", 2026, 3, 30, 2, 30), Length(1, Unit.DAY)) == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def test_a_doubled_time_counted_back_to_is_the_second_of_the_two() -> None:
    """A day before half past two, where that time comes twice, is the nearer one."""
    assert STOCKHOLM.before(local("Europe/Stockholm", 2026, 10, 26, 2, 30), Length(1, Unit.DAY)) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("end", "count", "start"),
    [((2026, 12, 29), 1, (2026, 12, 28)), ((2026, 12, 28), 1, (2026, 12, 23)), ((2027, 1, 4), 5, (2026, 12, 23)), ((2026, 12, 27), 2, (2026, 12, 22))],
)
def test_business_days_before_step_over_weekends_and_holidays(end: tuple[int, int, int], count: int, start: tuple[int, int, int]) -> None:
    """Counted back over Christmas and New Year, and from a Sunday, free days do not count."""
    calendar = Calendar(zone="Europe/Stockholm", holidays=(date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1)))
    assert calendar.before(local("Europe/Stockholm", *end, 9, 0), Length(count, Unit.BUSINESS_DAY)) == local("Europe/Stockholm", *start, 9, 0)


@given(instants, lengths, st.sampled_from(ZONES))
@example(datetime(2011, 12, 30, 19, 0, tzinfo=UTC), Length(1, Unit.DAY), "Pacific/Apia")
def test_earlier_is_earlier_in_every_zone(end: datetime, length: Length, zone: str) -> None:
    """A length before always ends earlier, in UTC; one more never ends later."""
    calendar = Calendar(zone=zone)
    before = calendar.before(end, length)
    assert before < end
    assert before.tzinfo is UTC
    assert calendar.before(end, Length(length.amount + 1, length.unit)) <= before


@given(instants, lengths, st.sampled_from(ZONES))
@example(datetime(2026, 3, 30, 0, 30, tzinfo=UTC), Length(1, Unit.DAY), "Europe/Stockholm")
@example(datetime(2026, 10, 26, 1, 30, tzinfo=UTC), Length(1, Unit.DAY), "Europe/Stockholm")
def test_there_and_back_is_where_it_began(end: datetime, length: Length, zone: str) -> None:
    """From a day of work, counting back and then forward leads to the same instant, wherever the HCP's clock shows both readings once."""
    calendar = Calendar(zone=zone, holidays=tuple(end.date() + timedelta(days=each) for each in (-9, -3, -2, 3)))
    before = calendar.before(end, length)
    there_and_back = calendar.after(before, length)
    by_clock = length.unit in (Unit.DAY, Unit.BUSINESS_DAY)
    plain = not by_clock or (calendar.local(before).time() == calendar.local(end).time() and calendar.local(end).fold == 0)
    works = length.unit is not Unit.BUSINESS_DAY or calendar.works_on(calendar.local(end).date())
    assert there_and_back == end or not (plain and works)


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("Europe/Stockholm", (2027, 3, 4), (2027, 3, 3, 23, 0)),
        ("America/New_York", (2027, 3, 4), (2027, 3, 4, 5, 0)),
        ("Asia/Tokyo", (2027, 3, 4), (2027, 3, 3, 15, 0)),
        ("America/Santiago", (2026, 9, 6), (2026, 9, 6, 4, 0)),  # midnight is skipped: the day begins at one
        ("America/Havana", (2026, 11, 1), (2026, 11, 1, 4, 0)),  # midnight comes twice
        ("Pacific/Apia", (2011, 12, 30), (2011, 12, 30, 10, 0)),  # the whole day is skipped: the next one begins
    ],
)
def test_a_day_begins_at_the_hcps_midnight(zone: str, day: tuple[int, int, int], start: tuple[int, ...]) -> None:
    """A date means its first instant by the HCP's clock, also where daylight saving skips or doubles midnight."""
    assert Calendar(zone=zone).start_of(date(*day)) == datetime(*start, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_day_that_the_zone_left_out_is_not_had() -> None:
    """Samoa crossed the date line over 30 December 2011; elsewhere, and on the days around, days exist."""
    samoa = Calendar(zone="Pacific/Apia")
    assert [samoa.has(date(2011, 12, day)) for day in (29, 30, 31)] == [True, False, True]
    assert STOCKHOLM.has(date(2011, 12, 30))
    assert STOCKHOLM.has(date(2026, 3, 29))


CHANGES = [
    ("Europe/Stockholm", date(2026, 3, 29)),
    ("Europe/Stockholm", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Sydney", date(2026, 4, 5)),
    ("Australia/Sydney", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Nuuk", date(2026, 3, 28)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Asia/Kathmandu", date(1986, 1, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),
]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_a_reading_is_reached_when_the_clock_first_shows_it_or_more(zone: str, day: date) -> None:
    """Watching the clock minute by minute over a change finds the same instants, for every quarter of an hour of that day."""
    calendar = Calendar(zone=zone)
    begin = datetime.combine(day, time.min, UTC) - timedelta(days=1)
    shown = [(each, calendar.local(each).replace(tzinfo=None)) for each in (begin + timedelta(minutes=minute) for minute in range(3 * 24 * 60))]
    for quarter in range(4 * 24):
        wall = datetime.combine(day, time(quarter // 4, quarter % 4 * 15))
        assert calendar.at(day, wall.time()) == next(instant for instant, reading in shown if reading >= wall)


def test_a_calendar_is_stored_as_it_was_drawn_up() -> None:
    """Counting in a calendar leaves its stored form alone: holidays are a list of dates in their order."""
    written = {"zone": "Europe/Stockholm", "weekend": [5, 6], "holidays": ["2026-12-25", "2026-12-24"]}
    calendar = Calendar.model_validate(written)
    calendar.after(datetime(2026, 12, 23, 9, 0, tzinfo=UTC), Length(2, Unit.BUSINESS_DAY))
    assert calendar.model_dump(mode="json") == written
    assert calendar == Calendar.model_validate(written)


def test_a_copy_with_other_holidays_counts_with_those() -> None:
    """What one calendar counted never answers for another."""
    calendar = Calendar(holidays=(date(2026, 5, 1),))
    thursday = datetime(2026, 4, 30, 9, 0, tzinfo=UTC), Length(1, Unit.BUSINESS_DAY)
    assert calendar.after(*thursday).date() == date(2026, 5, 4)
    assert calendar.model_copy(update={"holidays": ()}).after(*thursday).date() == date(2026, 5, 1)
