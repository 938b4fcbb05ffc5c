"""When journeys are swept by the clock: at the openings of their schedule, in each market by its own zone and calendar; and those that enter by a condition
once a day besides, because a fact may come true by the passing of time alone. It implements `activities.sweeps.OpeningsOf`."""

from datetime import datetime, time
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.sweeps import BeginOrder, NextOpening, OpeningsOrder
from journeys.definitions import Definition
from journeys.openings import Opening, next_beginning
from orchestrator.store import sweeps
from orchestrator.store.engine import transaction
from orchestrator.store.markets import market_calendar, policy_of
from orchestrator.store.stimuli import entered, upcoming

DAILY = Opening(at=time(6))
"""When a journey that enters by its condition is swept: before the day's work."""


class StoredOpenings:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def next(self, order: OpeningsOrder, *, now: datetime) -> NextOpening | None:
        """The earliest opening that is yet to come, and every market in which it is one. That a version takes effect is one as well: of its markets
        where it enters by its condition, of none where only its hours are to be looked up."""
        after = max(now, order.after) if order.after is not None else now
        async with transaction(self._engine) as session:
            definition = await entered(session, order.journey, now=now)
            found = await _openings(session, definition, after=after, now=now) if definition is not None else []
            coming = await upcoming(session, order.journey, now=after)
        if coming is not None:
            since, version = coming
            found += [(since, market) for market in version.markets] if version.entry.automatic else [(since, None)]
        if not found:
            return None
        at = min(begins for begins, _ in found)
        return NextOpening(at=at, markets=tuple(market for begins, market in found if begins == at and market is not None))

    async def begin(self, order: BeginOrder, *, now: datetime) -> None:
        """One sweep for each market, under an id that follows from the opening."""
        async with transaction(self._engine) as session:
            definition = await entered(session, order.journey, now=now)
            if definition is None:
                return
            asked = sweeps.Asked(sweeps.SCHEDULE if definition.entry.schedule is not None else sweeps.CONDITION)
            for market in order.opening.markets:
                sweep_id = uuid5(NAMESPACE_URL, f"{order.journey}/{market}/{order.opening.at.isoformat()}").hex
                selection = sweeps.meeting(definition, market)
                await sweeps.begin(session, order.journey, selection, asked=asked, now=now, sweep_id=sweep_id)


async def _openings(session: AsyncSession, definition: Definition, *, after: datetime, now: datetime) -> list[tuple[datetime, str | None]]:
    """The next opening in each market of which the policy is known."""
    found: list[tuple[datetime, str | None]] = []
    for market in definition.markets:
        policy = await policy_of(session, market)
        if policy is not None:
            calendar = market_calendar(policy, now=now)
            found += [(next_beginning(hours, calendar=calendar, after=after), market) for hours in _hours(definition)]
    return found


def _hours(definition: Definition) -> tuple[Opening, ...]:
    entry = definition.entry
    return tuple(hours for hours in (entry.schedule, DAILY if entry.automatic else None) if hours is not None)
