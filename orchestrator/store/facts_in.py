"""What providers tell of messages: stored once by source and id, found its touch, heard of it, and visible also where nobody could place it.

A fact that no touch is known for is kept and looked at again: the provider may be faster than our own note of the id by which it knows the message.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import structlog
from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.touches import TouchEvent
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store.desk.adding import added
from orchestrator.store.events import LATE
from orchestrator.store.hearing import hear
from orchestrator.store.repeats import repeated
from orchestrator.store.tables import FactIn, Touch, WebhookToken
from orchestrator.webhooks.telling import Kind, Told

HEARD, KNOWN, NOTED, UNKNOWN_TOUCH, UNKNOWN_EVENT = "heard", "known", "noted", "unknown_touch", "unknown_event"
"""Standings: told to the run, told before by somebody else, nothing follows; and why it could not be placed."""
UNPLACED = (UNKNOWN_TOUCH, UNKNOWN_EVENT)

_HEARD = {Kind(event.value): event for event in TouchEvent if event.value in set(Kind)}
"""What is heard of a touch; of every other kind nothing follows."""

log = structlog.get_logger()


async def take(session: AsyncSession, source: str, told: Told, *, now: datetime) -> str:
    """Store one row of a provider and do what follows from it. Returns where it stands; one that was placed before is counted as a repeat."""
    at = min(told.at or now, now)
    new = FactIn(
        id=uuid5(NAMESPACE_URL, f"{source}\n{told.source_id}").hex,
        source=source,
        source_id=told.source_id,
        event=told.event,
        kind=told.kind,
        standing=UNKNOWN_EVENT,
        code=told.code,
        message=told.message,
        provider_id=told.provider_id,
        message_id=told.message_id,
        late=now - at > LATE,
        at=at,
        arrived_at=now,
        judged_at=now,
    )
    fresh = await added(session, new)
    row = await session.get_one(FactIn, new.id, with_for_update=True)
    if not fresh:
        await repeated(session, "fact", source, told.source_id, now=now)
        if row.standing not in UNPLACED:
            count_in(session, Dropped.HEARD, REPEATED)
            return REPEATED
        if row.kind == told.kind and not await _placeable(session, row):  # nothing is known now that was not then: the row stays as it is
            count_in(session, Dropped.HEARD, row.standing)
            return row.standing
        row.kind = told.kind  # by now we may know the word
    return await judge(session, row, now=now)


async def judge(session: AsyncSession, row: FactIn, *, now: datetime) -> str:
    """Find what the fact is about, and do what follows. Where it stands is written down and, if it cannot be placed, counted."""
    touch = await touch_of(session, row.message, row.provider_id, row.message_id)
    row.judged_at, row.touch_key, row.person_id = now, touch.key if touch is not None else None, touch.person_id if touch is not None else None
    row.standing = await _follow(session, row, touch, now)
    session.add(row)
    await session.flush()
    if row.standing in UNPLACED:
        log.info("dropped", what="heard", fact_id=row.id, source=row.source, reason=row.standing)
        count_in(session, Dropped.HEARD, row.standing)
    return row.standing


async def _placeable(session: AsyncSession, row: FactIn) -> bool:
    return row.kind is not None and await touch_of(session, row.message, row.provider_id, row.message_id) is not None


async def _follow(session: AsyncSession, row: FactIn, touch: Touch | None, now: datetime) -> str:
    if row.kind is None:
        return UNKNOWN_EVENT
    if touch is None:
        return UNKNOWN_TOUCH
    event = _HEARD.get(Kind(row.kind))
    if event is None:
        return NOTED
    new = await hear(session, touch, event, source=row.source, source_id=row.source_id, at=row.at, now=now)
    return HEARD if new else KNOWN


async def touch_of(session: AsyncSession, *names: str | None) -> Touch | None:
    """The touch by our own name of its message, by the provider's, or by its Message-ID: the first that is known."""
    for name in names:
        if name:
            known = (col(Touch.message_id) == f"<{name.strip('<> ')}>") | col(Touch.provider_id).in_(_provider_ids(name))
            found = (await session.exec(select(Touch).where(known))).first()
            if found is not None:
                return found
    return None


def _provider_ids(name: str) -> tuple[str, ...]:
    """Amazon SES puts a Message-ID of its own in the place of ours: its id of the message, at a host of its own."""
    local, _, host = name.strip("<> ").partition("@")
    return (name, local) if host == "amazonses.com" or host.endswith(".amazonses.com") else (name,)


async def first_time(session: AsyncSession, source: str, token: str, *, kept: timedelta, now: datetime) -> bool:
    """Whether the source never brought this token; it is remembered for as long as its time would be let in, and some more."""
    await session.exec(delete(WebhookToken).where(col(WebhookToken.source) == source, col(WebhookToken.at) < now - 2 * kept))
    return await added(session, WebhookToken(source=source, token=token, at=now))


async def unplaced(session: AsyncSession, *, source: str | None = None, since: datetime | None = None, most: int) -> Iterable[FactIn]:
    """Facts that nobody could place, those first that were looked at longest ago."""
    wanted = select(FactIn).where(col(FactIn.standing).in_(UNPLACED)).order_by(col(FactIn.judged_at), col(FactIn.id)).limit(most)
    if source is not None:
        wanted = wanted.where(FactIn.source == source)
    if since is not None:
        wanted = wanted.where(FactIn.arrived_at >= since)
    return (await session.exec(wanted.with_for_update(skip_locked=True))).all()
