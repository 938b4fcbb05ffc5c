"""What comes back from a touch: facts of providers, clicks, answers to invitations, and the one click that stops the messages."""

from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.rows import ClickTarget, InvitationRow
from journeys.content import ContentVersion
from journeys.definitions import Heard
from journeys.shapes import read_back
from journeys.touches import OF_INVITATIONS, TouchEvent
from orchestrator.counts import Dropped, count_in
from orchestrator.mail.moments import in_words
from orchestrator.store import tables
from orchestrator.store.engine import transaction
from orchestrator.store.hearing import ONE_CLICK, hear, withdraw
from orchestrator.store.markets import calendar_for, policy_of
from orchestrator.store.tables import HeardFact, Person, Touch

_LINK = "link"


class StoredTouches:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def heard(
        self, *, source: str, source_id: str, touch: str | None, message_id: str | None, heard: TouchEvent, at: datetime, now: datetime
    ) -> Literal["stored", "repeated", "unknown"]:
        known = Touch.key == touch if touch is not None else Touch.message_id == message_id
        async with transaction(self._engine) as session:
            row = (await session.exec(select(Touch).where(known))).first()
            if row is None or (heard in OF_INVITATIONS and row.starts is None):
                count_in(session, Dropped.HEARD, "unknown")
                return "unknown"
            return "stored" if await hear(session, row, heard, source=source, source_id=source_id, at=at, now=now) else "repeated"

    async def click(self, touch: str, link: str, *, now: datetime) -> ClickTarget | None:
        async with transaction(self._engine) as session:
            row = await session.get(Touch, touch)
            address = await _address(session, row, link) if row is not None else None
            if row is None or address is None:
                count_in(session, Dropped.LINK, "unknown")
                return None
            await hear(session, row, TouchEvent.CLICKED, source=_LINK, source_id=touch, at=now, now=now)
        return ClickTarget(address)

    async def named(self, code: str) -> str | None:
        if not code.isalnum():  # not one of ours, and perhaps with what no database takes
            return None
        async with transaction(self._engine) as session:
            return (await session.exec(select(Touch.key).where(Touch.code == code))).first()

    async def channel_of(self, touch: str) -> str | None:
        async with transaction(self._engine) as session:
            row = await session.get(Touch, touch)
        return row.channel if row is not None else None

    async def invitation(self, touch: str, *, now: datetime) -> InvitationRow | None:
        async with transaction(self._engine) as session:
            row = await session.get(Touch, touch)
            if row is None or row.starts is None:
                return None
            person = await session.get_one(Person, row.person_id)
            policy = await policy_of(session, person.market)
            zone = (await calendar_for(session, person, policy, now=now)).zone
        language = person.language or (policy.languages[0] if policy is not None else None)
        country = policy.country if policy is not None else None
        when = in_words(row.starts, zone=zone, language=language or "en", country=country)
        return InvitationRow(starts=row.starts, when=when, language=language, called_off=row.called_off_at is not None)

    async def answer(self, touch: str, answer: Heard, *, now: datetime) -> Heard:
        async with transaction(self._engine) as session:
            row = await session.get_one(Touch, touch, with_for_update=True)
            await hear(session, row, TouchEvent(answer), source=_LINK, source_id=f"{touch} {answer}", at=now, now=now)
            declined = select(HeardFact.id).where(HeardFact.touch_key == touch, HeardFact.heard == Heard.DECLINED)
            return Heard.DECLINED if (await session.exec(declined)).first() is not None else answer

    async def unsubscribe(self, touch: str, *, now: datetime) -> bool:
        async with transaction(self._engine) as session:
            row = await session.get(Touch, touch)
            if row is None:
                count_in(session, Dropped.LINK, "unknown")
                return False
            if await withdraw(session, row, method=ONE_CLICK, now=now):
                await hear(session, row, TouchEvent.UNSUBSCRIBED, source=ONE_CLICK, source_id=touch, at=now, now=now)
        return True


async def _address(session: AsyncSession, touch: Touch, link: str) -> str | None:
    """Where a link of the touch's own content leads. Only content that went through review has addresses here."""
    if touch.content_id is None or touch.content_version is None:
        return None
    row = await session.get(tables.ContentVersion, (touch.content_id, touch.content_version))
    address = read_back(ContentVersion, row.body).links.get(link) if row is not None else None
    return address if address is not None and address.startswith(("https://", "http://")) else None
