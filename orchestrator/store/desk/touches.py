"""What comes back from a touch: facts of providers, clicks, answers to invitations, and the one click that stops the messages."""

from datetime import datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.rows import ClickTarget, InvitationRow
from journeys.content import ContentVersion
from journeys.definitions import INVITED, Heard
from journeys.events import TouchHeard
from journeys.shapes import read_back
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.mail.moments import in_words
from orchestrator.store import outbox, tables
from orchestrator.store.desk.adding import added
from orchestrator.store.desk.consents import add_act
from orchestrator.store.engine import transaction
from orchestrator.store.markets import calendar_for, policy_of
from orchestrator.store.tables import Consent, HeardFact, Person, Touch

_LINK = "link"
_RECIPIENT = "recipient"
ONE_CLICK = "one_click"


class StoredTouches:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def heard(
        self, *, source: str, source_id: str, touch: str | None, message_id: str | None, heard: Heard, at: datetime, now: datetime
    ) -> Literal["stored", "repeated", "unknown"]:
        known = Touch.key == touch if touch is not None else Touch.message_id == message_id
        async with transaction(self._engine) as session:
            row = (await session.exec(select(Touch).where(known))).first()
            if row is None or (heard in INVITED and row.starts is None):
                count_in(session, Dropped.HEARD, "unknown")
                return "unknown"
            return "stored" if await _hear(session, row, heard, source=source, source_id=source_id, at=at, now=now) else "repeated"

    async def click(self, touch: str, link: str, *, now: datetime) -> ClickTarget | None:
        async with transaction(self._engine) as session:
            row = await session.get(Touch, touch)
            address = await _address(session, row, link) if row is not None else None
            if row is None or address is None:
                count_in(session, Dropped.LINK, "unknown")
                return None
            await _hear(session, row, Heard.CLICKED, source=_LINK, source_id=touch, at=now, now=now)
        return ClickTarget(address)

    async def named(self, code: str) -> str | None:
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
            await _hear(session, row, answer, source=_LINK, source_id=f"{touch} {answer}", at=now, now=now)
            declined = select(HeardFact.id).where(HeardFact.touch_key == touch, HeardFact.heard == Heard.DECLINED)
            return Heard.DECLINED if (await session.exec(declined)).first() is not None else answer

    async def unsubscribe(self, touch: str, *, now: datetime) -> bool:
        async with transaction(self._engine) as session:
            row = await session.get(Touch, touch)
            if row is None:
                count_in(session, Dropped.LINK, "unknown")
                return False
            person = await session.get_one(Person, row.person_id, with_for_update=True)
            if await _withdrawn(session, row):
                count_in(session, Dropped.UNSUBSCRIPTION, REPEATED)
            else:
                await add_act(session, _withdrawal(row, person, now), by=_RECIPIENT, role=_RECIPIENT)
        return True


async def _hear(session: AsyncSession, touch: Touch, heard: Heard, *, source: str, source_id: str, at: datetime, now: datetime) -> bool:
    """Store what was heard and tell the run. False where it was known: by the source's id, or as the same thing of the same touch."""
    fact = HeardFact(id=uuid4().hex, source=source, source_id=source_id, touch_key=touch.key, heard=heard, at=at, arrived_at=now)
    if not await added(session, fact):
        count_in(session, Dropped.HEARD, REPEATED)
        return False
    if touch.enrolment_id is not None:
        await outbox.tell(session, touch.enrolment_id, TouchHeard(id=fact.id, touch=touch.key, heard=heard))
    return True


async def _address(session: AsyncSession, touch: Touch, link: str) -> str | None:
    """Where a link of the touch's own content leads. Only content that went through review has addresses here."""
    if touch.content_id is None or touch.content_version is None:
        return None
    row = await session.get(tables.ContentVersion, (touch.content_id, touch.content_version))
    address = read_back(ContentVersion, row.body).links.get(link) if row is not None else None
    return address if address is not None and address.startswith(("https://", "http://")) else None


async def _withdrawn(session: AsyncSession, touch: Touch) -> bool:
    """Whether the latest act already says no; a consent given again after an earlier click may be withdrawn again."""
    acts = (
        select(Consent.act)
        .where(Consent.person_id == touch.person_id, Consent.channel == touch.channel, Consent.purpose == touch.purpose)
        .order_by(col(Consent.at).desc(), col(Consent.act).desc())
    )
    return (await session.exec(acts)).first() == "withdrawn"


def _withdrawal(touch: Touch, person: Person, now: datetime) -> Consent:
    return Consent(
        id=uuid4().hex,
        person_id=person.id,
        act="withdrawn",
        channel=touch.channel,
        purpose=touch.purpose,
        market=person.market,
        method=ONE_CLICK,
        captured_by=_RECIPIENT,
        proof=f"touch:{touch.key}",
        at=now,
        recorded_at=now,
    )
