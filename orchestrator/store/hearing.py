"""What is heard of a touch after it went out: stored once, told to its run, and followed by what must follow. It comes late and in any order, so nothing
here asks what was heard before; and what could only happen to a message that was taken proves that it was."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.ports import Handover
from journeys.commands import What
from journeys.consents import HERE, RECIPIENT
from journeys.content import EMAIL
from journeys.definitions import Purpose
from journeys.events import TouchHeard
from journeys.touches import LISTENED, TouchEvent
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import outbox
from orchestrator.store.addresses import sharing
from orchestrator.store.consents import add_act
from orchestrator.store.desk.adding import added
from orchestrator.store.dispatches import note
from orchestrator.store.tables import Consent, Dispatch, HeardFact, Touch, Undeliverable
from orchestrator.store.unknowns import accept

ONE_CLICK = "one_click"
"""The method of a withdrawal by the link in every message, and the source by which its touch hears of it."""

AT_THE_PROVIDER = "provider_unsubscribe"
"""The method of a withdrawal that was made to the provider."""

_WITHDRAWING = {TouchEvent.COMPLAINED: "complaint", TouchEvent.UNSUBSCRIBED: AT_THE_PROVIDER}
"""How the withdrawal came about, as the record of consent tells it."""

_ANSWERS = frozenset({TouchEvent.ATTENDED, TouchEvent.MISSED})
"""What says of the reader, and not of the message."""


async def hear(session: AsyncSession, touch: Touch, heard: TouchEvent, *, source: str, source_id: str, at: datetime, now: datetime) -> bool:
    """Store what was heard, tell the run, and do what follows from it. False where it was known: by the source's id, or as the same of the same touch.
    A hard bounce closes the address, a complaint or an unsubscription withdraws the consent to the channel."""
    proves = touch.state != Handover.ACCEPTED and heard not in _ANSWERS
    if proves or heard in _WITHDRAWING:  # the person before the touch, as the gate locks them
        await sharing(session, touch.person_id, touch.channel)
    fact = HeardFact(id=uuid4().hex, source=source, source_id=source_id, touch_key=touch.key, heard=heard, at=at, arrived_at=now)
    if not await added(session, fact):
        count_in(session, Dropped.HEARD, REPEATED)
        return False
    if proves:
        await session.refresh(touch, with_for_update=True)
        await accept(session, touch, source=source, how=heard, at=at, now=now)
    await _tell(session, touch, heard, fact.id, at, now)
    if heard is TouchEvent.BOUNCED:
        await _close_address(session, touch, at)
    if heard in _WITHDRAWING and source != ONE_CLICK:  # whose consent is withdrawn by the click itself, each time
        await withdraw(session, touch, method=_WITHDRAWING[heard], now=now)
    return True


async def proven(session: AsyncSession, touch: Touch) -> bool:
    """Whether something was heard of it that only a message which was taken brings about."""
    known = select(HeardFact.id).where(HeardFact.touch_key == touch.key, col(HeardFact.heard).not_in(_ANSWERS))
    return (await session.exec(known)).first() is not None


async def withdraw(session: AsyncSession, touch: Touch, *, method: str, now: datetime) -> bool:
    """Withdraw the recipient's consent to promotion on the touch's channel, for all products, whatever the touch itself was for: it is what the page
    says, and nothing else needs consent. False where the latest act here says so already: one that was given again later, for one product too, may be
    withdrawn again."""
    return await withdraw_from(session, touch.person_id, touch.channel, method=method, proof=f"touch:{touch.key}", now=now)


async def withdraw_from(session: AsyncSession, person_id: str, channel: str, *, method: str, proof: str, now: datetime) -> bool:
    """The same of a person, where no touch is known that it answers."""
    person, purpose = next(one for one in await sharing(session, person_id, channel) if one.id == person_id), Purpose.PROMOTIONAL
    acts = select(Consent.act, Consent.product).where(Consent.person_id == person.id, Consent.channel == channel, Consent.purpose == purpose)
    here = acts.where(Consent.source == HERE).order_by(col(Consent.at).desc(), col(Consent.act).desc())
    if (await session.exec(here)).first() == ("withdrawn", None):
        count_in(session, Dropped.UNSUBSCRIPTION, REPEATED)
        return False
    told: dict[str, Any] = {"channel": channel, "purpose": purpose, "market": person.market, "method": method, "captured_by": RECIPIENT}
    act = Consent(id=uuid4().hex, person_id=person.id, act="withdrawn", proof=proof, at=now, recorded_at=now, **told)
    await add_act(session, act, by=RECIPIENT, role=RECIPIENT)
    return True


def digest_of(address: str, channel: str) -> str:
    """An address as the ledger remembers it: nobody reads it from there, and letters of an e-mail address are compared without regard to case."""
    return sha256((address.lower() if channel == EMAIL else address).encode()).hexdigest()


async def bounces(session: AsyncSession, address: str | None, channel: str) -> bool:
    """Whether mail came back for good from this address."""
    row = await session.get(Undeliverable, digest_of(address, channel)) if address is not None else None
    return row is not None and row.reopened_at is None


async def _tell(session: AsyncSession, touch: Touch, heard: TouchEvent, fact: str, at: datetime, now: datetime) -> None:
    """Tell the run what journeys listen to. A letter outside a journey has no run that would write it into the person's story."""
    if touch.enrolment_id is not None and heard in LISTENED:
        await outbox.tell(session, touch.enrolment_id, TouchHeard(id=fact, touch=touch.key, heard=LISTENED[heard]))
    if touch.dispatch_id is not None:
        letter = await session.get_one(Dispatch, touch.dispatch_id)
        session.add(await note(session, letter, touch.key, What.HEARD, way=heard, at=at, now=now))


async def _close_address(session: AsyncSession, touch: Touch, at: datetime) -> None:
    """Where somebody has opened it again since, only what went out after that closes it anew: a provider may be days late."""
    if touch.address is None or await added(session, Undeliverable(address=touch.address, touch_key=touch.key, at=at)):
        return
    known = await session.get_one(Undeliverable, touch.address, with_for_update=True, populate_existing=True)
    if known.reopened_at is not None and touch.at > known.reopened_at:
        known.touch_key, known.at, known.reopened_at = touch.key, at, None
        session.add(known)
