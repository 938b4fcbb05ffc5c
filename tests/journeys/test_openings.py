"""When it is open in the HCP's local week: as written, across daylight-saving changes, over midnight and through holidays."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from journeys.durations import Calendar
from journeys.openings import Opening, Weekday, closes, next_opening, open_at

STOCKHOLM, NEW_YORK, SYDNEY, TOKYO = "Europe/Stockholm", "America/New_York", "Australia/Sydney", "Asia/Tokyo"
ZONES = (
    STOCKHOLM,
    NEW_YORK,
    SYDNEY,
    TOKYO,
    "UTC",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Nuuk",
    "America/Santiago",
    "America/Havana",
)

times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 45, 59)))
days = st.none() | st.just("working_days") | st.lists(st.sampled_from(Weekday), min_size=1, unique=True).map(tuple)
openings = st.one_of(
    st.builds(Opening, at=times, on=days),
    st.lists(times, min_size=2, max_size=2, unique=True).flatmap(lambda pair: st.builds(Opening, between=st.just(tuple(pair)), on=days)),
    st.builds(Opening, on=days.filter(bool)),
)


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and an instant there: any, or one near a change of its clock."""
    zone = draw(st.sampled_from(ZONES))
    instant = draw(st.datetimes(datetime(2010, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  Hypothesis adds the zone
    changes = _changes(zone, instant.year)
    near = [each + timedelta(minutes=draw(st.integers(-1600, 1600))) for each in changes]
    return zone, draw(st.sampled_from([instant, *near]))


@cache
def _changes(zone: str, year: int) -> list[datetime]:
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=6 * each) for each in range(4 * 365)]
    offsets = [hour.astimezone(ZoneInfo(zone)).utcoffset() for hour in hours]
    return [hour for hour, before, after in zip(hours, offsets, offsets[1:], strict=False) if before != after]


def an_opening(**written: Any) -> Opening:
    return Opening.model_validate(written)


def local(zone: str, *when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone), fold=fold)  # type: ignore[misc,arg-type]


def following(opening: Opening, now: datetime, **calendar: Any) -> str:
    """The next opening by the HCP's clock; `now` is in the HCP's zone."""
    zone = str(now.tzinfo)
    return next_opening(opening, calendar=Calendar(zone=zone, **calendar), now=now).astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M %z")


WRITTEN: list[dict[str, Any]] = [
    {"at": "09:00"},
    {"on": ["thu"], "at": "05:00"},
    {"between": ["09:00", "17:00"], "on": "working_days"},
    {"between": ["21:00", "06:00"]},
    {"on": ["mon", "fri"]},
]


@pytest.mark.parametrize("written", WRITTEN)
def test_an_opening_is_written_as_it_is_read(written: dict[str, Any]) -> None:
    """What an author wrote comes back the same from its JSON."""
    assert an_opening(**written).model_dump(mode="json", exclude_none=True) == written
    assert Opening.model_validate_json(an_opening(**written).model_dump_json()) == an_opening(**written)


def test_the_schema_shows_editors_how_a_local_time_is_written() -> None:
    """The JSON schema carries the pattern, and the days by name."""
    schema = str(Opening.model_json_schema())
    assert "^([01][0-9]|2[0-3]):([0-5][0-9])$" in schema
    assert "working_days" in schema
    assert "'mon', 'tue'" in schema


@pytest.mark.parametrize("written", ["9:00", "09:0", "24:00", "09:60", "09:00:00", "9 am", "", 540, 9.0, None, True, time(9, 0, 30), "０９:００", "09:00\n"])
def test_what_is_no_local_time_is_refused_with_the_form_to_use(written: object) -> None:
    """Hours and minutes in two digits each, and nothing else."""
    with pytest.raises(ValidationError, match='such as "09:00"'):
        an_opening(between=[written, "17:00"])


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ({}, "give at, between or on"),
        ({"at": "09:00", "between": ["09:00", "17:00"]}, "either a time"),
        ({"between": ["09:00", "09:00"]}, "for the whole day give only `on`"),
        ({"between": ["09:00"]}, "between"),
        ({"on": []}, "at least 1 item"),
        ({"on": ["mon", "mon"]}, "names a day twice"),
        ({"on": ["monday"]}, "'mon', 'tue'"),
        ({"on": "weekends"}, "working_days"),
        ({"on": ["sat", "working_days"]}, "'mon', 'tue'"),
        ({"hour": "09:00"}, "hour"),
    ],
)
def test_an_opening_that_says_nothing_or_two_things_is_refused(written: dict[str, Any], complaint: str) -> None:
    """What could never open, or does not say when, is an error of the author's, told when it is read."""
    with pytest.raises(ValidationError, match=complaint):
        Opening.model_validate(written)


def test_a8_nine_in_new_york() -> None:
    """A wait until 09:00 ends at nine by the clock in New York, in winter and in summer."""
    nine = an_opening(at="09:00")
    assert next_opening(nine, calendar=Calendar(zone=NEW_YORK), now=datetime(2026, 1, 14, 3, tzinfo=UTC)) == datetime(2026, 1, 14, 14, tzinfo=UTC)
    assert next_opening(nine, calendar=Calendar(zone=NEW_YORK), now=datetime(2026, 7, 14, 20, tzinfo=UTC)) == datetime(2026, 7, 15, 13, tzinfo=UTC)


def test_a8_thursday_at_five_in_tokyo() -> None:
    """Thursday is Tokyo's: there it begins, and five o'clock passes, while it is Wednesday in UTC."""
    thursday = an_opening(on=["thu"], at="05:00")
    for now in (datetime(2026, 6, 10, 19, 59, tzinfo=UTC), datetime(2026, 6, 5, tzinfo=UTC)):
        assert next_opening(thursday, calendar=Calendar(zone=TOKYO), now=now) == datetime(2026, 6, 10, 20, tzinfo=UTC)
    assert following(thursday, local(TOKYO, 2026, 6, 11, 5, 1)) == "Thu 18 Jun 05:00 +0900"


def test_now_counts_when_it_is_exactly_the_time() -> None:
    """Nine o'clock sharp is open; a second later it is tomorrow's nine."""
    nine, now = an_opening(at="09:00"), local(STOCKHOLM, 2026, 6, 10, 9, 0)
    assert next_opening(nine, calendar=Calendar(zone=STOCKHOLM), now=now) == now
    assert following(nine, now + timedelta(seconds=1)) == "Thu 11 Jun 09:00 +0200"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((2026, 6, 10, 8, 59), "Wed 10 Jun 09:00 +0200"),
        ((2026, 6, 10, 9, 0), "Wed 10 Jun 09:00 +0200"),
        ((2026, 6, 10, 16, 59), "Wed 10 Jun 16:59 +0200"),
        ((2026, 6, 10, 17, 0), "Thu 11 Jun 09:00 +0200"),
        ((2026, 6, 12, 17, 0), "Mon 15 Jun 09:00 +0200"),
        ((2026, 6, 18, 17, 0), "Mon 22 Jun 09:00 +0200"),  # Midsummer Eve is a holiday
    ],
)
def test_a_window_of_working_days(now: tuple[int, ...], expected: str) -> None:
    """Its beginning is inside and its end is not; weekends and public holidays are stepped over."""
    office = an_opening(between=["09:00", "17:00"], on="working_days")
    assert following(office, local(STOCKHOLM, *now), holidays=(date(2026, 6, 19),)) == expected


def test_working_days_are_those_of_the_calendar() -> None:
    """Where Friday and Saturday are free, Thursday's next working day is Sunday."""
    assert following(an_opening(on="working_days"), local("Asia/Riyadh", 2026, 6, 12, 8, 0), weekend=(4, 5)) == "Sun 14 Jun 00:00 +0300"


@pytest.mark.parametrize(("hour", "inside"), [(20, False), (21, True), (23, True), (0, True), (3, True), (5, True), (6, False), (12, False)])
def test_an_overnight_window_is_not_swapped(hour: int, inside: bool) -> None:
    """From nine in the evening to six in the morning is night, not day."""
    night = an_opening(between=["21:00", "06:00"])
    assert open_at(night, calendar=Calendar(zone=STOCKHOLM), instant=local(STOCKHOLM, 2026, 6, 10, hour, 0)) is inside


def test_the_day_of_an_overnight_window_is_that_of_its_beginning() -> None:
    """Friday's night lasts into Saturday's morning; Thursday's into Friday's is not Friday's."""
    friday = an_opening(between=["21:00", "06:00"], on=["fri"])
    calendar = Calendar(zone=STOCKHOLM)
    assert open_at(friday, calendar=calendar, instant=local(STOCKHOLM, 2026, 6, 13, 3, 0))
    assert not open_at(friday, calendar=calendar, instant=local(STOCKHOLM, 2026, 6, 12, 3, 0))
    assert following(friday, local(STOCKHOLM, 2026, 6, 13, 6, 0)) == "Fri 19 Jun 21:00 +0200"


@pytest.mark.parametrize(
    ("zone", "before", "expected", "again"),
    [
        (STOCKHOLM, (2026, 3, 28, 12, 0), "Sun 29 Mar 03:00 +0200", "Mon 30 Mar 02:30 +0200"),
        (NEW_YORK, (2026, 3, 7, 12, 0), "Sun 08 Mar 03:00 -0400", "Mon 09 Mar 02:30 -0400"),
        (SYDNEY, (2026, 10, 3, 12, 0), "Sun 04 Oct 03:00 +1100", "Mon 05 Oct 02:30 +1100"),
    ],
)
def test_a_time_that_spring_skips_is_the_jump(zone: str, before: tuple[int, ...], expected: str, again: str) -> None:
    """Half past two does not come that night: the clock's jump from two to three stands for it, and the day is not left out."""
    half_past_two = an_opening(at="02:30")
    assert following(half_past_two, local(zone, *before)) == expected
    jump = next_opening(half_past_two, calendar=Calendar(zone=zone), now=local(zone, *before))
    assert open_at(half_past_two, calendar=Calendar(zone=zone), instant=jump)
    assert following(half_past_two, (jump + timedelta(seconds=1)).astimezone(ZoneInfo(zone))) == again


@pytest.mark.parametrize(
    ("zone", "before", "expected", "again"),
    [
        (STOCKHOLM, (2026, 10, 25, 1, 0), "Sun 25 Oct 02:30 +0200", "Mon 26 Oct 02:30 +0100"),
        (NEW_YORK, (2026, 11, 1, 0, 0), "Sun 01 Nov 01:30 -0400", "Mon 02 Nov 01:30 -0500"),
        (SYDNEY, (2026, 4, 5, 1, 0), "Sun 05 Apr 02:30 +1100", "Mon 06 Apr 02:30 +1000"),
    ],
)
def test_a_time_that_autumn_doubles_comes_once(zone: str, before: tuple[int, ...], expected: str, again: str) -> None:
    """The first of the two counts; whoever comes between them, or at the second, waits for the next day."""
    reading = 1 if zone == NEW_YORK else 2
    twice, now = an_opening(at=f"0{reading}:30"), local(zone, *before)
    first, second = (local(zone, *before[:3], reading, 30, fold=fold) for fold in (0, 1))
    assert following(twice, now) == expected
    assert following(twice, first) == expected
    assert following(twice, (first.astimezone(UTC) + timedelta(minutes=20)).astimezone(ZoneInfo(zone))) == again
    assert following(twice, second) == again


@pytest.mark.parametrize(
    ("zone", "evening", "hours"),
    [
        (STOCKHOLM, (2026, 3, 28, 21, 0), 8),
        (STOCKHOLM, (2026, 10, 24, 21, 0), 10),
        (NEW_YORK, (2026, 3, 7, 21, 0), 8),
        (NEW_YORK, (2026, 10, 31, 21, 0), 10),
        (SYDNEY, (2026, 10, 3, 21, 0), 8),
        (SYDNEY, (2026, 4, 4, 21, 0), 10),
    ],
)
def test_an_overnight_window_lasts_as_long_as_that_night(zone: str, evening: tuple[int, ...], hours: int) -> None:
    """From 21:00 to 06:00 by the clock: eight hours in the night of the spring change, ten in that of the autumn change, in one piece."""
    night, calendar, begins = an_opening(between=["21:00", "06:00"], on=["sat"]), Calendar(zone=zone), local(zone, *evening).astimezone(UTC)
    quarters = [begins + timedelta(minutes=15 * each) for each in range(-4, 4 * 12)]
    assert [open_at(night, calendar=calendar, instant=each) for each in quarters] == [False] * 4 + [True] * 4 * hours + [False] * 4 * (12 - hours)


@pytest.mark.parametrize(("zone", "evening"), [(STOCKHOLM, (2026, 3, 28)), (STOCKHOLM, (2026, 10, 24)), (SYDNEY, (2026, 4, 4)), (NEW_YORK, (2026, 10, 31))])
def test_a_weekday_is_that_of_the_clock_on_the_wall(zone: str, evening: tuple[int, ...]) -> None:
    """Sunday lasts from its midnight to the next, though the clock changes in between."""
    sunday, calendar = an_opening(on=["sun"]), Calendar(zone=zone)
    assert following(sunday, local(zone, *evening, 12, 0))[:3] == "Sun"
    begins = next_opening(sunday, calendar=calendar, now=local(zone, *evening, 12, 0))
    ends = calendar.start_of(date(*evening) + timedelta(days=2))
    assert ends - begins != timedelta(hours=24)
    assert [open_at(sunday, calendar=calendar, instant=each) for each in (begins, ends - timedelta(microseconds=1), ends)] == [True, True, False]


def test_a_window_that_spring_skips_whole_is_open_at_the_jump() -> None:
    """Between ten past two and ten to three there is no time that night but the instant of the jump."""
    window = an_opening(between=["02:10", "02:50"])
    assert following(window, local(STOCKHOLM, 2026, 3, 28, 12, 0)) == "Sun 29 Mar 03:00 +0200"
    assert following(window, local(STOCKHOLM, 2026, 3, 29, 3, 1)) == "Mon 30 Mar 02:10 +0200"


def test_a_window_in_the_doubled_hour_opens_once() -> None:
    """A quarter past two comes again an hour later; the window does not."""
    window = an_opening(between=["02:00", "02:30"])
    assert open_at(window, calendar=Calendar(zone=STOCKHOLM), instant=local(STOCKHOLM, 2026, 10, 25, 2, 15))
    assert following(window, local(STOCKHOLM, 2026, 10, 25, 2, 15, fold=1)) == "Mon 26 Oct 02:00 +0100"


def test_half_an_hour_that_lord_howe_skips() -> None:
    """Where the clock changes by thirty minutes, a quarter past two is the jump to half past two."""
    assert following(an_opening(at="02:15"), local("Australia/Lord_Howe", 2026, 10, 3, 12, 0)) == "Sun 04 Oct 02:30 +1100"


def test_the_last_hour_of_a_day_that_greenland_skips() -> None:
    """There the clock jumps from eleven on Saturday to midnight: that instant is Saturday's half past eleven."""
    late = an_opening(at="23:30", on=["sat"])
    assert following(late, local("America/Nuuk", 2026, 3, 28, 12, 0)) == "Sun 29 Mar 00:00 -0100"


def test_a_day_that_samoa_never_had_is_left_out() -> None:
    """The Friday that Samoa skipped in 2011 has no morning; Thursday's is followed by Saturday's, and Friday comes a week later."""
    thursday_noon = local("Pacific/Apia", 2011, 12, 29, 12, 0)
    assert following(an_opening(at="09:00"), thursday_noon) == "Sat 31 Dec 09:00 +1400"
    assert following(an_opening(on=["fri"]), thursday_noon) == "Fri 06 Jan 00:00 +1400"


@pytest.mark.parametrize("years", [1, 10])
def test_years_of_holidays_end(years: int) -> None:
    """Where every day of years is a holiday, the next working day is the first after them."""
    closed = tuple(date(2026, 1, 1) + timedelta(days=each) for each in range((date(2026 + years, 1, 1) - date(2026, 1, 1)).days))
    office = an_opening(between=["09:00", "17:00"], on="working_days")
    opens = next_opening(office, calendar=Calendar(zone=STOCKHOLM, holidays=closed), now=local(STOCKHOLM, 2026, 1, 1, 10, 0))
    assert closed[-1] < opens.date() <= closed[-1] + timedelta(days=4)


@given(openings, moments(), st.lists(st.integers(-3, 20), max_size=12), st.floats(0, 1, exclude_max=True))
@example(an_opening(at="02:30"), (STOCKHOLM, datetime(2026, 10, 25, 0, 45, tzinfo=UTC)), [], 0.9)
@example(an_opening(on=["fri"]), ("Pacific/Apia", datetime(2011, 12, 30, 9, 59, tzinfo=UTC)), [], 0.1)
def test_the_next_opening_is_open_and_nothing_before_it_is(opening: Opening, moment: tuple[str, datetime], off: list[int], part: float) -> None:
    """Whatever the zone, the calendar and the moment: the next opening is never earlier, is open, and between now and then it is closed."""
    zone, now = moment
    calendar = Calendar(zone=zone, holidays=tuple(now.date() + timedelta(days=each) for each in sorted(off)))
    opens = next_opening(opening, calendar=calendar, now=now)
    assert opens >= now
    assert opens.tzinfo is UTC
    assert open_at(opening, calendar=calendar, instant=opens)
    assert open_at(opening, calendar=calendar, instant=now) == (opens == now)
    if opens > now:
        between = now + (opens - now) * part
        assert next_opening(opening, calendar=calendar, now=between) == opens


@given(openings, moments())
def test_where_no_clock_changes_it_is_open_when_the_clock_says_so(opening: Opening, moment: tuple[str, datetime]) -> None:
    """Away from the changes, whether it is open can be read from the clock on the wall and the weekday alone."""
    zone, instant = moment
    calendar, minute = Calendar(zone=zone), instant.replace(second=0, microsecond=0)
    around = [calendar.local(minute + timedelta(hours=each)) for each in range(-50, 51)]
    assume(len({each.utcoffset() for each in around}) == 1)
    now = calendar.local(minute)
    assert open_at(opening, calendar=calendar, instant=minute) == _reads_open(opening, calendar, now)


def _reads_open(opening: Opening, calendar: Calendar, now: datetime) -> bool:
    def named(day: date) -> bool:
        return opening.on is None or (calendar.works_on(day) if opening.on == "working_days" else tuple(Weekday)[day.weekday()] in opening.on)

    today, yesterday = named(now.date()), named(now.date() - timedelta(days=1))
    match opening:
        case Opening(at=time() as at):
            return today and now.time() == at
        case Opening(between=(begins, ends)) if begins < ends:
            return today and begins <= now.time() < ends
        case Opening(between=(begins, ends)):
            return (today and now.time() >= begins) or (yesterday and now.time() < ends)
        case _:
            return today


class TestClosing:
    """When an opening ends for whoever comes in the middle of it."""

    QUIET = Opening.model_validate({"between": ["20:00", "08:00"]})

    @pytest.mark.parametrize(("hour", "closes_at"), [(19, 19), (20, 32), (23, 32), (24 + 7, 32), (24 + 8, 32)])
    def test_an_overnight_window_ends_in_the_morning(self, hour: int, closes_at: int) -> None:
        """At its end and outside it, it is closed at once."""
        midnight = datetime(2026, 3, 2, tzinfo=UTC)
        closing = closes(self.QUIET, calendar=Calendar(), instant=midnight + timedelta(hours=hour))
        assert closing == midnight + timedelta(hours=closes_at)

    def test_days_without_a_gap_are_one_opening(self) -> None:
        """The weekend closes on Monday."""
        weekend = Opening.model_validate({"on": ["sat", "sun"]})
        assert closes(weekend, calendar=Calendar(), instant=datetime(2026, 3, 7, 12, tzinfo=UTC)) == datetime(2026, 3, 9, tzinfo=UTC)
