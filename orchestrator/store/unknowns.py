"""Touches of which nobody knows whether they went out: asked of the provider with growing rests, settled by whoever knows, and never sent again by
themselves. What is unknown for too long, or stands otherwise than its books say, raises an alarm."""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement, func
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.ports import RESERVED, Handover
from journeys.events import Settled
from journeys.reasons import Reason
from orchestrator.counts import Dropped, count_in
from orchestrator.store.dispatches import stand
from orchestrator.store.engine import transaction
from orchestrator.store.entries import FIRST_QUESTION, HANDED_OVER, PROVIDER, book
from orchestrator.store.tables import Dispatch, LedgerEntry, Touch

ASKED = "asked"
"""How it was learnt, where the provider said it when it was asked."""

SURE = timedelta(minutes=15)
"""From when on a provider that has never heard of a message is believed: its own books may lag behind until then."""

LONGEST_REST = timedelta(hours=6)
UP_TO = timedelta(days=3)
"""For how long after the hand-over a provider is asked. After that an operator settles it."""

ABANDONED = "abandoned"
"""The trouble of a touch that was reserved, and that nobody settled."""

UNKNOWN, UNBALANCED = "unknown", "unbalanced"
"""The alarms of a touch."""

PAGE = 500

log = structlog.get_logger()


class Question(NamedTuple):
    """What a provider is asked about."""

    key: str
    channel: str
    message_id: str


class Alarmed(NamedTuple):
    """A touch with something wrong, and since when it is."""

    key: str
    alarm: str
    since: datetime


async def accept(session: AsyncSession, touch: Touch, *, source: str, how: str, at: datetime, now: datetime, by: str | None = None) -> None:
    """It is known by now that the provider took the message, whatever was thought of it before. One that is just being handed over is left to whoever does."""
    if touch.state in (Handover.ACCEPTED, RESERVED):
        return
    log.info("touch", key=touch.key, was=touch.state, result=Handover.ACCEPTED, how=how)
    await book(session, touch, Handover.ACCEPTED, at=at, source=source, trouble=how, by=by)
    if touch.dispatch_id is not None:
        letter = await session.get_one(Dispatch, touch.dispatch_id, with_for_update=True)
        await stand(session, letter, Settled(key=touch.key, result="sent"), now=now)


async def refuse(session: AsyncSession, touch: Touch, *, source: str, how: str, now: datetime, by: str | None = None) -> None:
    """It is known by now that nothing went out. The run has gone on as if it had, and is not sent back: what is to go out after all is another touch."""
    log.info("touch", key=touch.key, was=touch.state, result=Handover.REFUSED, how=how)
    count_in(session, Dropped.TOUCH_REFUSED, Reason.NOT_SENT)
    await book(session, touch, Handover.REFUSED, at=now, source=source, trouble=how, by=by, reason=Reason.NOT_SENT)
    if touch.dispatch_id is not None:
        letter = await session.get_one(Dispatch, touch.dispatch_id, with_for_update=True)
        await stand(session, letter, Settled(key=touch.key, result="refused", reason=Reason.NOT_SENT), now=now)


class StoredUnknowns:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def due(self, *, now: datetime, limit: int) -> tuple[Question, ...]:
        """The touches about which the provider is to be asked now, those that wait longest first."""
        wanted = select(Touch).where(Touch.state == Handover.UNKNOWN, col(Touch.ask_at) <= now).order_by(col(Touch.ask_at), Touch.key).limit(limit)
        async with transaction(self._engine) as session:
            return tuple(Question(touch.key, touch.channel, touch.message_id or "") for touch in await session.exec(wanted))

    async def learnt(self, key: str, *, arrived: bool | None, now: datetime) -> None:
        """Write down what the provider said: it arrived, it did not, or nothing that helps. Then it is asked again, later each time, and in the end no more."""
        async with transaction(self._engine) as session:
            touch = await session.get_one(Touch, key, with_for_update=True)
            if touch.state != Handover.UNKNOWN or touch.settled_at is None:  # somebody else has learnt it meanwhile
                return
            if arrived:
                await accept(session, touch, source=PROVIDER, how=ASKED, at=now, now=now)
            elif arrived is False and now >= touch.settled_at + SURE:
                await refuse(session, touch, source=PROVIDER, how=ASKED, now=now)
            else:
                touch.asked += 1
                after = now + min(FIRST_QUESTION * 2 ** min(touch.asked, 10), LONGEST_REST)
                touch.ask_at = after if after <= touch.settled_at + UP_TO else None
                session.add(touch)
                count_in(session, Dropped.QUESTION, "unanswered" if touch.ask_at is not None else "given_up")

    async def give_up(self, *, before: datetime, now: datetime) -> tuple[str, ...]:
        """Touches that were reserved before then, and that nobody is going to settle: whatever had them in hand was ended by force. Nobody knows whether they
        went out, so that is what is said of them. Returns their keys. Should somebody have one in hand yet, their last look keeps the message back."""
        wanted = select(Touch).where(Touch.state == RESERVED, col(Touch.at) < before).order_by(col(Touch.at), Touch.key).limit(PAGE)
        async with transaction(self._engine) as session:
            found = list(await session.exec(wanted.with_for_update(skip_locked=True)))
            for touch in found:
                count_in(session, Dropped.TOUCH_UNKNOWN, ABANDONED)
                await book(session, touch, Handover.UNKNOWN, at=now, trouble=ABANDONED)
                if touch.dispatch_id is not None:
                    letter = await session.get_one(Dispatch, touch.dispatch_id, with_for_update=True)
                    await stand(session, letter, Settled(key=touch.key, result="unknown"), now=now)
            return tuple(touch.key for touch in found)

    async def alarm_of_unknowns(self, *, before: datetime, now: datetime) -> tuple[str, ...]:
        """Raise the alarm of each touch that has been unknown since before then. Returns the new ones."""
        wanted = select(Touch).where(Touch.state == Handover.UNKNOWN, col(Touch.settled_at) < before, col(Touch.alarm).is_(None))
        async with transaction(self._engine) as session:
            found = list(await session.exec(wanted.order_by(col(Touch.settled_at)).limit(PAGE).with_for_update(skip_locked=True)))
            for touch in found:
                touch.alarm, touch.alarmed_at = UNKNOWN, now
        return tuple(touch.key for touch in found)

    async def alarmed(self) -> tuple[Alarmed, ...]:
        """The touches with an alarm, the oldest first, a page of them at most."""
        wanted = select(Touch).where(col(Touch.alarm).is_not(None)).order_by(col(Touch.settled_at), Touch.key).limit(PAGE)
        async with transaction(self._engine) as session:
            return tuple(Alarmed(touch.key, touch.alarm or "", touch.settled_at or touch.at) for touch in await session.exec(wanted))

    async def balance(self, *, after: str, now: datetime) -> tuple[tuple[str, ...], str]:
        """Compare the next touches, by key, with the last of their bookings: a sum that is wrong is wrong in one of its lines. Alarms are raised, and
        cleared where the books agree again. Returns the new ones, and where to go on; the beginning after the end."""
        async with transaction(self._engine) as session:
            page = select(Touch.key).where(col(Touch.key) > after, col(Touch.message_id).is_not(None)).order_by(Touch.key).limit(PAGE)
            keys = list(await session.exec(page))
            within = col(Touch.key).in_(keys)
            wrong = list(await session.exec(select(Touch).where(within, _unbalanced(), or_(col(Touch.alarm).is_(None), Touch.alarm != UNBALANCED))))
            right = await session.exec(select(Touch).where(within, Touch.alarm == UNBALANCED, ~_unbalanced()))
            for touch in right:
                touch.alarm, touch.alarmed_at = None, None
            for touch in wrong:
                touch.alarm, touch.alarmed_at = UNBALANCED, now
            news = tuple(touch.key for touch in wrong)
        return news, keys[-1] if len(keys) == PAGE else ""


def _unbalanced() -> ColumnElement[bool]:
    """A condition on `touch`: the last state that was booked is not the one that it shows, or nothing was booked at all."""
    booked = select(LedgerEntry.state).where(LedgerEntry.touch_key == Touch.key, LedgerEntry.state != HANDED_OVER).order_by(col(LedgerEntry.id).desc()).limit(1)
    return func.coalesce(booked.scalar_subquery(), "") != col(Touch.state)
