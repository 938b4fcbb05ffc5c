"""Events of the outside: stored once by their source's id, judged against what is declared of them, and visible also where they were not taken."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.conditions import Value
from journeys.facts import Wall
from journeys.happenings import OutsideEvent as OutsideEventKind
from journeys.happenings import check, key_of
from journeys.shapes import read_back
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store.crosswalk import person_known
from orchestrator.store.desk.adding import added
from orchestrator.store.reacting import react
from orchestrator.store.repeats import repeated
from orchestrator.store.tables import DeclaredEvent, ExternalId, OutsideEvent, Person

LATE = timedelta(days=1)
"""An event that is told longer than this after it happened is marked as late. It counts all the same: it has happened."""

log = structlog.get_logger()


TAKEN, UNKNOWN_PERSON, UNKNOWN_EVENT = "taken", "unknown_person", "unknown_event"
"""Standings of an event, besides `journeys.happenings.Wrong`: what is wrong with its fields."""


class Reported(NamedTuple):
    """An event as its source told it."""

    source: str
    source_id: str
    event: str
    key: str | None
    fields: Mapping[str, Value]
    at: datetime
    named: Mapping[str, str] | None = None
    """By which id of which source the person was named."""


async def take(session: AsyncSession, told: Reported, *, person_id: str | None, now: datetime, again: bool = False) -> tuple[OutsideEvent, bool]:
    """Store an event and do what follows from it. Returns it as stored, and whether it had been taken before: then nothing follows. One that was
    not taken is looked at again when it is told again, because the person or the event may be known by now. `again`: nobody told it, we look ourselves."""
    row = await session.get(DeclaredEvent, told.event)
    declared = read_back(OutsideEventKind, row.body) if row is not None else None
    told, standing = _judged(told, declared)
    if standing == TAKEN and person_id is None:
        standing = UNKNOWN_PERSON
    kept, new = await _stored(session, told, person_id, standing, side=declared.wall if declared is not None else Wall.OPEN, now=now)
    if not new and not again:
        await repeated(session, "event", told.source, told.source_id, now=now)
    if kept is None:
        count_in(session, Dropped.EVENT, REPEATED)
        return await _of_source(session, told), True
    if standing != TAKEN or person_id is None or declared is None:
        log.info("dropped", what="event", event_id=kept.id, source=told.source, reason=standing)
        count_in(session, Dropped.EVENT, standing)
        return kept, False
    await react(session, kept, person_id, wall=declared.wall, now=now)
    return kept, False


async def of_type(session: AsyncSession, told: str) -> OutsideEventKind | None:
    """The declared kind that a CloudEvent's type stands for: the one that names the type, else the one that is called like it."""
    by_name = None
    for row in await session.exec(select(DeclaredEvent).order_by(col(DeclaredEvent.id))):
        declared = read_back(OutsideEventKind, row.body)
        if declared.cloud is not None and told in declared.cloud.types:
            return declared
        if declared.cloud is None and declared.event == told:
            by_name = declared
    return by_name


def _judged(told: Reported, declared: OutsideEventKind | None) -> tuple[Reported, str]:
    """The event with its key as text, and what is wrong with it first. The key may be told by itself or as the field that is declared as the key."""
    if declared is None:
        return told, UNKNOWN_EVENT
    fields = {declared.key: told.key, **told.fields} if declared.key is not None and told.key is not None else told.fields
    wrong = next(iter(check(declared, fields)), None)
    key = key_of(declared, fields) if declared.key is not None else told.key
    return told._replace(fields=fields, key=key), wrong.wrong if wrong is not None else TAKEN


async def person_of(session: AsyncSession, *, person: str | None, source: str | None, value: str | None) -> str | None:
    """The OneID that is meant: by itself, or by the crosswalk from a source's id."""
    if person is not None:
        found = await session.get(Person, person)
        return found.id if found is not None else None
    known = select(ExternalId.person_id).where(ExternalId.source == source, ExternalId.value == value)
    return (await session.exec(known)).first()


async def _stored(
    session: AsyncSession, told: Reported, person_id: str | None, standing: str, *, side: Wall, now: datetime
) -> tuple[OutsideEvent | None, bool]:
    """The row, new or judged anew; None where it was taken before. And whether it is new. Fields that are not declared may hold anything, so they are not
    kept; one that stands where it stood stays as it is."""
    fields = dict(told.fields) if standing in (TAKEN, UNKNOWN_PERSON) else {}
    judged: dict[str, Any] = {
        "event": told.event,
        "key": told.key,
        "person_id": person_id,
        "side": side,
        "standing": standing,
        "fields": fields,
        "named": dict(told.named) if told.named is not None and standing == UNKNOWN_PERSON else None,
        "late": now - told.at > LATE,
        "at": told.at,
        "arrived_at": now,
        "judged_at": now,
    }
    new = OutsideEvent(id=uuid4().hex, source=told.source, source_id=told.source_id, **judged)
    if await added(session, new):
        return await session.get_one(OutsideEvent, new.id), True
    earlier = await _of_source(session, told)
    if earlier.standing == TAKEN:
        return None, False
    return (earlier.sqlmodel_update(judged) if earlier.standing != standing else earlier), False


async def _of_source(session: AsyncSession, told: Reported) -> OutsideEvent:
    known = select(OutsideEvent).where(OutsideEvent.source == told.source, OutsideEvent.source_id == told.source_id)
    return (await session.exec(known.with_for_update())).one()


async def judge_again(session: AsyncSession, *, source: str | None, most: int, now: datetime, known: bool = False) -> Counter[str]:
    """Look again at events of people whom nobody knew: those first that were looked at longest ago; with `known`, those alone whose person is known by now.
    The event counts as taken now, and as late as it is."""
    wanted = select(OutsideEvent).where(OutsideEvent.standing == UNKNOWN_PERSON, col(OutsideEvent.named).is_not(None))
    if source is not None:
        wanted = wanted.where(OutsideEvent.source == source)
    if known:
        wanted = wanted.where(person_known(OutsideEvent.named))
    oldest_first = wanted.order_by(col(OutsideEvent.judged_at), col(OutsideEvent.id)).limit(most).with_for_update(skip_locked=True)
    standing: Counter[str] = Counter()
    for row in (await session.exec(oldest_first)).all():
        named, row.judged_at = row.named or {}, now
        person_id = await person_of(session, person=named.get("person"), source=named.get("source"), value=named.get("value"))
        if person_id is not None:
            told = Reported(row.source, row.source_id, row.event, row.key, row.fields, row.at, named)
            row, _ = await take(session, told, person_id=person_id, now=now, again=True)  # noqa: PLW2901 - the same row, judged anew
        standing[row.standing] += 1
    return standing
