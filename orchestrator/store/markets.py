"""Market policies as the store has them, and the working calendar of one person under them."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.durations import Calendar, is_zone
from journeys.markets import MarketPolicy
from orchestrator.calendars import public_holidays
from orchestrator.store.tables import Market, Person


async def policy_of(session: AsyncSession, market: str) -> MarketPolicy | None:
    """The policy of a market, or None: then nothing may be sent there."""
    row = await session.get(Market, market)
    return MarketPolicy.model_validate(row.body) if row is not None else None


def calendar_for(person: Person, policy: MarketPolicy | None, *, now: datetime) -> Calendar:
    """The person's zone, else the market's; an unknown or invalid zone is never an error here. Holidays are the country's public ones."""
    zone = next((zone for zone in (person.zone, policy.zone if policy else None) if zone and is_zone(zone)), "UTC")
    return Calendar(zone=zone, holidays=public_holidays(policy.country, now.year) if policy else ())


def market_calendar(policy: MarketPolicy, *, now: datetime) -> Calendar:
    """The calendar of a market itself, for what happens at its own hours."""
    return Calendar(zone=policy.zone if is_zone(policy.zone) else "UTC", holidays=public_holidays(policy.country, now.year))
