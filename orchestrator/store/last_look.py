"""The last look before a message cannot be recalled: consent, objection and stop list once more, without a lock, while the channel is at it already."""

from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.ports import RESERVED, Message
from journeys.consents import missing
from journeys.definitions import Purpose
from orchestrator.pacing import AWAY
from orchestrator.store.engine import transaction
from orchestrator.store.facts import consent_acts, has_objected
from orchestrator.store.tables import Person, Touch
from orchestrator.store.tables.people import ACTIVE, RESTRICTED

log = structlog.get_logger()


class Clock(Protocol):
    def now(self) -> datetime: ...


class StoredLastLook:
    """Implements `activities.ports.LastLook`."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def may_go(self, message: Message) -> bool:
        try:
            async with transaction(self._engine) as session:
                return await self._may_go(session, message)
        except AWAY as error:  # nothing was offered yet, and that is certain now: later it might be in doubt
            log.warning("last_look", key=message.key, trouble=type(error).__name__)
            return False

    async def _may_go(self, session: AsyncSession, message: Message) -> bool:
        touch = await session.get(Touch, message.key)
        if touch is None:  # no touch of an HCP, such as a report to drug safety
            return True
        if (touch.state, touch.attempt) != (RESERVED, message.attempt):  # this attempt was given up, and another may be at it
            return False
        person = await session.get_one(Person, touch.person_id)
        return _stands(person, touch) and await _wanted(session, person, touch, self._clock.now())


def _stands(person: Person, touch: Touch) -> bool:
    return person.status == ACTIVE or (person.status == RESTRICTED and touch.purpose == Purpose.SAFETY)


async def _wanted(session: AsyncSession, person: Person, touch: Touch, now: datetime) -> bool:
    """What is not promotion needs no consent; for promotion it must stand, and nobody may have objected."""
    if touch.purpose != Purpose.PROMOTIONAL:
        return True
    if await has_objected(session, person.id):
        return False
    acts = await consent_acts(session, person)
    return missing(acts, channel=touch.channel, purpose=touch.purpose, market=person.market, now=now, product=touch.product) is None
