"""Market policies as the store has them, and the working calendar of one person under them."""

from datetime import date, datetime
from functools import cache

import holidays
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.durations import Calendar, is_zone
from journeys.markets import MarketPolicy
from orchestrator.store.tables import Market, Person

YEARS_AHEAD = 6
"""How far public holidays are drawn up when a run opens; beyond them a business day is a weekday."""

_KEPT = (holidays.PUBLIC, holidays.DE_FACTO)


async def policy_of(session: AsyncSession, market: str) -> MarketPolicy | None:
    """The policy of a market, or None: then nothing may be sent there."""
    row = await session.get(Market, market)
    return MarketPolicy.model_validate(row.body) if row is not None else None


def calendar_for(person: Person, policy: MarketPolicy | None, *, now: datetime) -> Calendar:
    """The person's zone, else the market's; an unknown or invalid zone is never an error here. Holidays are the country's public ones."""
    zone = next((zone for zone in (person.zone, policy.zone if policy else None) if zone and is_zone(zone)), "UTC")
    return Calendar(zone=zone, holidays=_public_holidays(policy.country, now.year) if policy else ())


def market_calendar(policy: MarketPolicy, *, now: datetime) -> Calendar:
    """The calendar of a market itself, for what happens at its own hours."""
    return Calendar(zone=policy.zone if is_zone(policy.zone) else "UTC", holidays=_public_holidays(policy.country, now.year))


@cache
def _public_holidays(country: str, year: int) -> tuple[date, ...]:
    """The country's public holidays, and those that custom keeps like them, such as Midsummer Eve in Sweden; none for a country that is not known."""
    kept = holidays.list_supported_countries().get(country)
    if kept is None:
        return ()
    known = holidays.country_holidays(country).supported_categories
    days = holidays.country_holidays(country, years=range(year, year + YEARS_AHEAD), categories=[each for each in _KEPT if each in known])
    # Sweden's law counts every Sunday as a public holiday; the weekend already says so.
    return tuple(sorted(day for day in days if day.weekday() < 5))  # noqa: PLR2004 - 5 is Saturday
