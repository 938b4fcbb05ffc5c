"""Market policies as the store has them, and the working calendar of one person under them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.durations import Calendar, is_zone
from journeys.markets import MarketPolicy
from journeys.shapes import read_back
from orchestrator.calendars import public_holidays
from orchestrator.store.tables import Affiliation, Market, Organisation, Person

_A_DAY = timedelta(days=1)

Located = Literal["person", "workplace", "market"] | None
"""Whose zone a person's calendar is in."""


async def policy_of(session: AsyncSession, market: str) -> MarketPolicy | None:
    """The policy of a market, or None: then nothing may be sent there."""
    row = await session.get(Market, market)
    return read_back(MarketPolicy, row.body) if row is not None else None


async def calendar_for(session: AsyncSession, person: Person, policy: MarketPolicy | None, *, now: datetime) -> Calendar:
    """The calendar by which the person lives: in their own zone, else that of an HCO where they work, else the market's."""
    return (await located(session, person, policy, now=now))[0]


async def located(session: AsyncSession, person: Person, policy: MarketPolicy | None, *, now: datetime) -> tuple[Calendar, Located]:
    """The calendar by which the person lives, and whose zone it is in: None where none is known, and it is in UTC."""
    if is_zone(person.zone or ""):
        return calendar_in(person.zone, policy=policy, now=now), "person"
    workplace = next((zone for zone in await _workplaces(session, person) if is_zone(zone or "")), None)
    of_market = policy is not None and is_zone(policy.zone or "")
    return calendar_in(workplace, policy=policy, now=now), "workplace" if workplace is not None else "market" if of_market else None


def calendar_in(*zones: str | None, policy: MarketPolicy | None, now: datetime) -> Calendar:
    """The first of the zones that is one, else the market's, else UTC: an invalid zone is never an error here. Holidays are the country's public ones."""
    known = (zone for zone in (*zones, policy.zone if policy is not None else None) if zone and is_zone(zone))
    begins = (now - _A_DAY).year  # where the clock is behind UTC, the old year has yet to end
    return Calendar(zone=next(known, "UTC"), holidays=public_holidays(policy.country, begins) if policy is not None else ())


async def _workplaces(session: AsyncSession, person: Person) -> Sequence[str | None]:
    """The zones of the HCOs where the person works, in the order in which the affiliations came to be known."""
    zones = (
        select(Organisation.zone)
        .join(Affiliation, col(Affiliation.organisation_id) == col(Organisation.id))
        .where(Affiliation.person_id == person.id, Organisation.status == "active")
        .order_by(col(Affiliation.id))
    )
    return (await session.exec(zones)).all()


def market_calendar(policy: MarketPolicy, *, now: datetime) -> Calendar:
    """The calendar of a market itself, for what happens at its own hours."""
    return calendar_in(policy=policy, now=now)
