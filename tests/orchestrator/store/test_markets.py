"""The working calendar of a person: their zone, else the market's, and the days on which their country rests."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from journeys.durations import Calendar, parse
from orchestrator.calendars import YEARS_AHEAD
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.store.markets import calendar_for, calendar_in
from orchestrator.store.tables import Person
from tests.builders import NOW, a_market
from tests.orchestrator.store.desk.filling import a_person, add, the_world


def _calendar(*, market: dict[str, Any] | None = None, now: datetime = NOW, **person: Any) -> Calendar:
    who: Person = a_person(**person)
    return calendar_in(who.zone, policy=a_market(**(market or {})), now=now)


@pytest.mark.parametrize(
    ("zone", "market_zone", "expected"),
    [
        ("Europe/Helsinki", "Europe/Stockholm", "Europe/Helsinki"),
        (None, "Europe/Stockholm", "Europe/Stockholm"),
        ("", "Europe/Stockholm", "Europe/Stockholm"),
        ("Mars/Olympus", "Europe/Stockholm", "Europe/Stockholm"),
        ("../etc/passwd", "Europe/Stockholm", "Europe/Stockholm"),
        ("localtime", "Europe/Stockholm", "Europe/Stockholm"),
        ("right/Europe/Helsinki", "Europe/Stockholm", "Europe/Stockholm"),
        ("x" * 5000, "Europe/Stockholm", "Europe/Stockholm"),
        ("Mars/Olympus", "Venus/Plain", "UTC"),
    ],
)
def test_a_zone_is_found_for_everybody(zone: str | None, market_zone: str, expected: str) -> None:
    """The person's own where it is one, else the market's, else UTC; a bad record is never an error."""
    assert _calendar(zone=zone, market={"zone": market_zone}).zone == expected


def test_without_a_policy_there_are_no_holidays() -> None:
    """A market that is not known says nothing about its days."""
    assert calendar_in("Europe/Stockholm", policy=None, now=NOW) == Calendar(zone="Europe/Stockholm")


def test_a_country_without_a_calendar_has_no_holidays() -> None:
    """A code that no calendar knows keeps nobody's run from opening."""
    assert _calendar(market={"country": "XX"}).holidays == ()


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("SE", date(2027, 6, 25), "Midsummer Eve"),
        ("SE", date(2027, 12, 24), "Christmas Eve"),
        ("SE", date(2027, 5, 6), "Ascension Day"),
        ("SE", date(2028, 6, 6), "National Day"),
        ("GB", date(2027, 12, 27), "Christmas Day, kept on the Monday"),
        ("US", date(2027, 11, 25), "Thanksgiving"),
    ],
)
def test_a_country_rests_on_its_holidays(country: str, day: date, name: str) -> None:
    """Nobody works then, though it is a weekday; also where custom and not the law says so."""
    calendar = _calendar(market={"country": country})
    assert not calendar.works_on(day), name


def test_a_weekend_is_no_holiday_of_its_own() -> None:
    """Sundays are public holidays in Swedish law; the list keeps to weekdays, so that it stays short in every run's state."""
    holidays = _calendar().holidays
    assert all(day.weekday() < 5 for day in holidays)
    assert len(holidays) < 12 * YEARS_AHEAD


def test_holidays_reach_years_ahead() -> None:
    """A wait over five years still knows the last year's Midsummer."""
    assert {day.year for day in _calendar().holidays} == set(range(2027, 2027 + YEARS_AHEAD))


def test_business_days_pass_over_midsummer() -> None:
    """Two business days after the Wednesday before Midsummer Eve is the Monday, at the same local hour."""
    wednesday = datetime(2027, 6, 23, 7, 30, tzinfo=UTC)
    assert _calendar().after(wednesday, parse("2 business days")) == datetime(2027, 6, 28, 7, 30, tzinfo=UTC)


HCOS = (
    ("closed", "Asia/Tokyo", "deactivated"),
    ("nowhere", "Mars/Olympus", "active"),
    ("york", "America/New_York", "active"),
    ("paris", "Europe/Paris", "active"),
)


@pytest.mark.parametrize(
    ("zone", "works_at", "expected"),
    [
        ("Asia/Tokyo", ["york"], "Asia/Tokyo"),
        (None, ["york", "paris"], "America/New_York"),
        ("Mars/Olympus", ["paris", "york"], "Europe/Paris"),
        (None, ["closed", "nowhere", "york"], "America/New_York"),
        (None, ["closed"], "Europe/Stockholm"),
        (None, [], "Europe/Stockholm"),
    ],
)
async def test_the_zone_is_the_persons_then_the_hcos_then_the_markets(engine: AsyncEngine, zone: str | None, works_at: list[str], expected: str) -> None:
    """Of several HCOs the first that is known and open; what is no zone is passed over."""
    await the_world(engine)
    await add(engine, *(tables.Organisation(id=name, name=name, market="SE", zone=where, status=status) for name, where, status in HCOS))
    await add(engine, a_person(id="mobile", zone=zone))
    for name in works_at:
        await add(engine, tables.Affiliation(person_id="mobile", organisation_id=name, role="physician"))
    async with transaction(engine) as session:
        person = await session.get_one(Person, "mobile")
        assert (await calendar_for(session, person, a_market(zone="Europe/Stockholm"), now=NOW)).zone == expected


def test_the_old_year_has_not_ended_for_everybody() -> None:
    """Half an hour into 2028 by UTC it is the evening of New Year's Eve in New York, on which the holiday of a Saturday is kept: nobody works there."""
    calendar = _calendar(zone="America/New_York", market={"country": "US"}, now=datetime(2028, 1, 1, 0, 30, tzinfo=UTC))
    assert calendar.local(datetime(2028, 1, 1, 0, 30, tzinfo=UTC)).date() == date(2027, 12, 31)
    assert date(2027, 12, 31).weekday() == 4
    assert not calendar.works_on(date(2027, 12, 31))
