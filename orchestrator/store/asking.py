"""What the gate is asked, whoever asks: a run about one of its steps, or a letter outside a journey. What differs between the two is where purpose, product,
market and recipient come from; from here on they go one way."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from activities.orders import LetterOrder, TouchOrder
from activities.ports import RESERVED
from journeys.choosing import NOTHING, Chosen
from journeys.commands import Deliver
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Purpose
from journeys.halts import Covered, Scope
from journeys.markets import MarketPolicy
from journeys.policy import Intent
from journeys.routing import in_order
from orchestrator.mail.compose import Occasion
from orchestrator.store import tables
from orchestrator.store.addresses import sharing
from orchestrator.store.choices import choice_for
from orchestrator.store.contents import current
from orchestrator.store.dispatches import values_of
from orchestrator.store.facts import nurse_of
from orchestrator.store.halts import scopes_of
from orchestrator.store.markets import policy_of
from orchestrator.store.pressure import priority_of


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request to the gate with the rows it concerns. The recipient is None where there is nobody to write to."""

    touch: Deliver
    purpose: Purpose
    product: str
    market: str
    """Of the recipient; where there is none, of the run."""
    recipient: tables.Person | None
    policy: MarketPolicy | None
    content: ContentVersion | None = None
    chosen: Chosen = NOTHING
    """What the rep chose for it, and the fragments among it that are on record."""
    fragments: tuple[ContentVersion, ...] = ()
    earlier: tables.Touch | None
    carried: bool = False
    """Whether this installation has the channel."""
    covered: tuple[Covered, ...]
    """In which pauses and stops it lies, its content and its recipient apart."""
    rep: str | None
    """The user in whose name it is written."""
    priority: int = 50
    """The journey's."""
    enrolment_id: str | None = None
    dispatch_id: str | None = None
    inquiry_id: str | None = None
    occasion: Occasion | None = None
    """What an invitation, or the notice that it was changed, is about."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the letter's own tokens are filled with, beside those of every letter."""

    @property
    def intent(self) -> Intent:
        touch = self.touch
        return Intent(
            channel=touch.channel,
            purpose=self.purpose,
            product=self.product,
            market=self.market,
            content=touch.content,
            key=touch.key,
            priority=self.priority,
        )


async def asked_by(session: AsyncSession, order: TouchOrder | LetterOrder, channels: Collection[str], *, now: datetime) -> tuple[Asked, ...]:
    """Read what an order is about, and lock its recipient until the transaction ends: one gate at a time for each person. Where several channels
    would do there is a question for each, in the order in which they are to be put; what was reserved before is asked about by its own channel alone."""
    if isinstance(order, LetterOrder):
        asked = await _of_a_letter(session, order, now)
    else:
        asked = await _of_a_run(session, await session.get_one(tables.Enrolment, order.entry.enrolment), order.touch, lock=True)
    return await _ways(session, asked, channels, lock=True)


async def asked_about(session: AsyncSession, enrolment: tables.Enrolment, touch: Deliver, channels: Collection[str]) -> tuple[Asked, ...]:
    """The same questions of a touch that is not to go out: nothing is locked."""
    return await _ways(session, await _of_a_run(session, enrolment, touch, lock=False), channels, lock=False)


async def _ways(session: AsyncSession, asked: Asked, channels: Collection[str], *, lock: bool) -> tuple[Asked, ...]:
    ways = in_order(asked.touch, prefers=asked.recipient.channel_preference if asked.recipient is not None else None)
    before = asked.earlier
    if before is not None and before.state == RESERVED:
        ways = tuple(way for way in ways if (way.channel, way.content.id) == (before.channel, before.content_id)) or ways
    return tuple([await _with_content(session, replace(asked, touch=way, carried=way.channel in channels), lock=lock) for way in ways])


async def _with_content(session: AsyncSession, asked: Asked, *, lock: bool) -> Asked:
    content, chosen = await _content(session, asked.touch.content, lock=lock), await choice_for(session, asked.touch)
    found = [await _content(session, ref, lock=lock) for ref in chosen.fragments]
    return replace(asked, content=content, chosen=chosen, fragments=tuple(each for each in found if each is not None))


async def _of_a_run(session: AsyncSession, enrolment: tables.Enrolment, touch: Deliver, *, lock: bool) -> Asked:
    recipient = await _recipient(session, enrolment.person_id, touch, lock=lock)
    market = recipient.market if recipient is not None else enrolment.market
    return Asked(
        touch=touch,
        purpose=Purpose(enrolment.purpose),
        product=enrolment.product,
        market=market,
        recipient=recipient,
        policy=await policy_of(session, market),
        earlier=await _earlier(session, touch) if lock else None,
        covered=scopes_of(enrolment),
        rep=enrolment.conductor,
        priority=await priority_of(session, enrolment),
        enrolment_id=enrolment.id,
        occasion=Occasion(touch.key, touch.starts, touch.ends) if touch.starts is not None and touch.ends is not None else None,
    )


async def _of_a_letter(session: AsyncSession, order: LetterOrder, now: datetime) -> Asked:
    row, touch = await session.get_one(tables.Dispatch, order.dispatch), order.touch
    recipient = await _recipient(session, row.person_id, touch, lock=True)
    scopes = (Scope.PRODUCT, row.product), (Scope.MARKET, row.market)
    home = recipient.territory_id if recipient is not None else None
    return Asked(
        touch=touch,
        purpose=Purpose(row.purpose),
        product=row.product,
        market=row.market,
        recipient=recipient,
        policy=await policy_of(session, row.market),
        earlier=await _earlier(session, touch),
        covered=(*scopes, (Scope.TERRITORY, home)) if home is not None else scopes,
        rep=row.by,
        dispatch_id=row.id,
        inquiry_id=row.inquiry_id,
        occasion=await _noticed(session, row.id),
        values=await values_of(session, row, now=now),
    )


async def _noticed(session: AsyncSession, dispatch: str) -> Occasion | None:
    """What a notice says of an invitation that was sent before."""
    notice = await session.get(tables.InvitationNotice, dispatch)
    if notice is None:
        return None
    return Occasion(notice.touch_key, notice.starts, notice.ends, sequence=notice.sequence, called_off=notice.called_off)


async def _content(session: AsyncSession, ref: ContentRef, *, lock: bool) -> ContentVersion | None:
    # Shared with other gates, and waited for by whoever withdraws it: what is reserved before a withdrawal is counted there, and nothing is after it.
    row = await session.get(tables.ContentVersion, (ref.id, ref.version), with_for_update={"read": True} if lock else None)
    return current(row) if row is not None else None


async def _earlier(session: AsyncSession, touch: Deliver) -> tables.Touch | None:
    return await session.get(tables.Touch, touch.key, with_for_update=True)


async def _recipient(session: AsyncSession, hcp: str, touch: Deliver, *, lock: bool) -> tables.Person | None:
    """The HCP or the nurse of the care team, with `lock` locked until the transaction ends: one gate at a time per person."""
    if touch.to == "nurse":
        nurse = await nurse_of(session, hcp)
        if nurse is None:
            return None
        hcp = nurse.id
    if not lock:
        return await session.get_one(tables.Person, hcp)
    # Records that share an address are locked together, in the order of their ids, so that only one of them gets a copy.
    # The weaker lock: it keeps other gates and acts of consent out, and does not conflict with the reference that the timeline's new lines
    # hold to the person already. With the stronger one, two runs that advance at once would wait for each other.
    channels = (touch.channel, *(route.channel for route in touch.instead))
    return next(person for person in await sharing(session, hcp, *channels) if person.id == hcp)
