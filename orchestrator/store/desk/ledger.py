"""The ledger as people read it: where each touch stands and all that is known of it, as far as the asker's territory and side go; and settling what is
unknown. The copies of what was sent are in a file of their own."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, true, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.ports import Handover
from api.paging import Batch, Slice
from api.ports.ledger import NotSettled
from api.schemas.touches import CopyRead, HoldCopies, SettleTouch, TouchEventLine, TouchLine, TouchRead
from api.who import Who
from journeys.definitions import Purpose
from journeys.facts import Wall
from orchestrator.sealing import Sealing
from orchestrator.store import audit, outbox
from orchestrator.store.desk.copies import hold, read
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.entries import OPERATOR
from orchestrator.store.tables import Dispatch, HeardFact, LedgerEntry, Person, Touch
from orchestrator.store.unknowns import accept, refuse

BY_HAND = "by_hand"
"""How it was learnt, where an operator settled it."""


class StoredTouchBook:
    def __init__(self, engine: AsyncEngine, sealing: Sealing) -> None:
        self._engine = engine
        self._sealing = sealing

    async def page(self, who: Who, *, state: str | None, channel: str | None, person: str | None, alarm: bool, cut: Slice) -> Batch[TouchLine]:
        order = (col(Touch.at), col(Touch.key))
        asked = ((Touch.state, state), (Touch.channel, channel), (Touch.person_id, person))
        conditions = [col(column) == value for column, value in asked if value is not None]
        conditions += [col(Touch.alarm).is_not(None)] if alarm else []
        if cut.after is not None:
            conditions.append(tuple_(*order) < (cut.after.instant(0), cut.after.text(1)))
        wanted = _seen_by(who).where(*conditions).order_by(order[0].desc(), order[1].desc()).limit(cut.limit + 1)
        async with transaction(self._engine) as session:
            touches = list(await session.exec(wanted))
            heard = await _heard(session, [touch.key for touch in touches])
        lines = [TouchLine(**_told(touch, who), heard=tuple(fact.heard for fact in _for(who, touch, heard))) for touch in touches]
        return Batch.of(lines, cut, lambda line: (line.at, line.key))

    async def find(self, who: Who, key: str) -> TouchRead | None:
        async with transaction(self._engine) as session:
            touch = (await session.exec(_seen_by(who).where(Touch.key == key))).first()
            return await _read(session, touch, who) if touch is not None else None

    async def settle(self, who: Who, key: str, order: SettleTouch, *, remark: str, now: datetime) -> TouchRead | NotSettled | None:
        async with transaction(self._engine) as session:
            found = (await session.exec(_seen_by(who).where(Touch.key == key))).first()
            if found is None:
                return None
            await session.get_one(Person, found.person_id, with_for_update=True)  # the person before the touch, as the gate locks them
            await session.refresh(found, with_for_update=True)
            if not who.sees(side_of(found)):
                return "firewall"
            if found.state != Handover.UNKNOWN:
                return "touch_known"
            if order.again and (found.dispatch_id is None or order.as_ == "sent"):
                return "not_repeatable"
            if order.as_ == "sent":
                await accept(session, found, source=OPERATOR, how=BY_HAND, at=now, now=now, by=who.id)
            else:
                await refuse(session, found, source=OPERATOR, how=BY_HAND, now=now, by=who.id)
            if order.again and found.dispatch_id is not None:
                await _again(session, found.dispatch_id)
            told = {"by": who.id, "role": who.role, "action": "touch.settled", "subject": f"touch:{key}", "reason": order.reason}
            await audit.record(session, **told, details={"as": order.as_, "again": order.again, "remark": remark}, now=now)
            return await _read(session, found, who)

    async def copies(self, who: Who, key: str, *, now: datetime) -> tuple[CopyRead, ...] | None:
        async with transaction(self._engine) as session:
            touch = (await session.exec(_seen_by(who).where(Touch.key == key))).first()
            return await read(session, self._sealing, touch, who, now=now) if touch is not None and who.sees(side_of(touch)) else None

    async def hold(self, who: Who, key: str, order: HoldCopies, *, remark: str, now: datetime) -> int | None:
        async with transaction(self._engine) as session:
            touch = (await session.exec(_seen_by(who).where(Touch.key == key))).first()
            return await hold(session, touch, who, order, remark=remark, now=now) if touch is not None else None


def side_of(touch: Touch) -> Wall:
    """On which side of the firewall the words of a touch lie."""
    return Wall.MEDICAL if touch.purpose == Purpose.MEDICAL_RESPONSE else Wall.COMMERCIAL


def _seen_by(who: Who):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a select of SQLModel's, whose type has no short name
    """Medical learns of its own answers alone, for a touch's key tells its step; that there was an answer of medical, and when, commercial may know."""
    side: ColumnElement[bool] = true() if who.sees(Wall.COMMERCIAL) else col(Touch.purpose) == Purpose.MEDICAL_RESPONSE
    return select(Touch).join(Person, col(Person.id) == col(Touch.person_id)).where(in_scope(who), side)


async def _heard(session: AsyncSession, keys: Iterable[str]) -> dict[str, list[HeardFact]]:
    found: dict[str, list[HeardFact]] = defaultdict(list)
    for fact in await session.exec(select(HeardFact).where(col(HeardFact.touch_key).in_(list(keys))).order_by(col(HeardFact.at), HeardFact.id)):
        found[fact.touch_key].append(fact)
    return found


def _for(who: Who, touch: Touch, heard: dict[str, list[HeardFact]]) -> list[HeardFact]:
    """What was heard of a touch, for this reader: whether the HCP opened or answered what medical wrote is medical's."""
    return heard[touch.key] if who.sees(side_of(touch)) else []


def _told(touch: Touch, who: Who) -> dict[str, Any]:
    """What a line tells. Which content medical answered with is for its own side; what carries a letter outside a journey stands at no step."""
    told = touch.model_dump(include=set(TouchLine.model_fields))
    if touch.content_id is not None and who.sees(side_of(touch)):
        told["content"] = f"{touch.content_id}@{touch.content_version}"
    if touch.dispatch_id is not None:
        told["step"] = None
    return told


async def _read(session: AsyncSession, touch: Touch, who: Who) -> TouchRead:
    await session.flush()
    heard = _for(who, touch, await _heard(session, [touch.key]))
    entries = await session.exec(select(LedgerEntry).where(LedgerEntry.touch_key == touch.key).order_by(col(LedgerEntry.id)))
    booked = [
        TouchEventLine(what=row.state, kind="ledger", arrived_at=row.recorded_at, **row.model_dump(include={"attempt", "source", "trouble", "by", "at"}))
        for row in entries
    ]
    told = [TouchEventLine(what=fact.heard, kind="heard", source=fact.source, at=fact.at, arrived_at=fact.arrived_at) for fact in heard]
    more = touch.model_dump(include={"provider_id", "message_id", "asked", "ask_at"})
    events = tuple(sorted([*booked, *told], key=lambda event: event.at))
    return TouchRead(**_told(touch, who), **more, heard=tuple(fact.heard for fact in heard), events=events)


async def _again(session: AsyncSession, dispatch_id: str) -> None:
    """Put the letter on its way as another touch: the one that was not sent stays as it is."""
    letter = await session.get_one(Dispatch, dispatch_id, with_for_update=True)
    letter.passage += 1
    letter.state, letter.reason, letter.until, letter.ended_at = "requested", None, None, None
    session.add(letter)
    await outbox.wake(session, outbox.Kind.DISPATCH, dispatch_id)
