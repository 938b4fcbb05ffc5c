"""The touch ledger: it judges and reserves in one transaction under the recipient's lock, so that no two journeys pass the gate at once."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.orders import LetterOrder, TouchOrder
from activities.ports import RESERVED, Handed, Handover, Message, Reservation
from journeys.commands import Deliver
from journeys.definitions import Purpose
from journeys.markets import Copies
from journeys.policy import ONE_COPY, Check, Evidence, Inquired, Intent, Verdict, accounted, judge, judge_nobody
from journeys.reasons import TOLD, Reason
from journeys.routing import first_allowed
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.mail.compose import Addressee, CannotComposeError, Composer, Selection
from orchestrator.sealing import Sealing
from orchestrator.store import pressure, tables
from orchestrator.store.addresses import address_of, same_address
from orchestrator.store.asking import Asked, asked_about, asked_by
from orchestrator.store.copies import keep
from orchestrator.store.engine import transaction
from orchestrator.store.entries import DEFERRED, HANDED_OVER, HOUSE, PROVIDER, book
from orchestrator.store.facts import consent_acts, has_objected
from orchestrator.store.halts import holds_back
from orchestrator.store.hearing import AT_THE_PROVIDER, bounces, digest_of, proven, withdraw
from orchestrator.store.markets import calendar_for, located
from orchestrator.store.projection import project
from orchestrator.store.questions import question_of
from orchestrator.store.tables.people import ACTIVE, RESTRICTED
from orchestrator.store.unknowns import accept

LATE = "late"
"""How it was learnt, where the attempt itself says so after it was given up."""

log = structlog.get_logger()


class StoredLedger:
    def __init__(self, engine: AsyncEngine, composer: Composer, *, channels: Collection[str], sealing: Sealing | None = None) -> None:
        """`channels` are the names of those that this installation has; `sealing` seals the copies of what is sent."""
        self._sealing = sealing or Sealing({})
        self._engine = engine
        self._composer = composer
        self._channels = channels

    async def reserve(self, order: TouchOrder | LetterOrder, *, now: datetime) -> Reservation:
        """Record the advance, lock the recipient, judge, and write the intent before anybody calls a provider."""
        async with transaction(self._engine) as session:
            if isinstance(order, TouchOrder):
                await project(session, order.entry, now=datetime.now(UTC))
            ways = await asked_by(session, order, self._channels, now=now)
            earlier = ways[0].earlier
            if earlier is not None and (stands := _stands(earlier)) is not None:
                count_in(session, Dropped.TOUCH, REPEATED)
                return Reservation(earlier=stands)
            asked, verdict, message = await self._judge_each(session, ways, now)
            await pressure.keep(session, asked.intent, verdict, enrolment=asked.enrolment_id, recipient=asked.recipient, now=now)
            blocked = verdict if message is None else None
            if earlier is not None and earlier.state == RESERVED:
                if asked.touch.channel != earlier.channel:  # only the channel of the dead attempt can tell what became of it
                    message = None
                if message is not None:  # the dead attempt may yet come to life: this is another one, and the last look lets only the latest go
                    message = await self._reserve(session, asked, message, now)
                return Reservation(earlier=RESERVED, message=message, message_id=earlier.message_id, blocked=blocked, channel=earlier.channel)
            if message is not None:
                message = await self._reserve(session, asked, message, now)
            return Reservation(message=message, blocked=blocked, channel=asked.touch.channel)

    async def settle(self, key: str, handed: Handed, *, now: datetime, offered: bool = True, attempt: int | None = None) -> bool:
        """Write what the channel knows, and whether it was `offered` the message just now. What is settled stays as it is; where something was heard
        already of a message whose result nobody knows, it was taken. So it was where an attempt says so that had been given up."""
        if handed.unsubscribed:  # before, and by itself: the person is locked before the touch, as the gate does it
            async with transaction(self._engine) as session:
                await withdraw(session, await session.get_one(tables.Touch, key), method=AT_THE_PROVIDER, now=now)
        async with transaction(self._engine) as session:
            touch = await session.get_one(tables.Touch, key, with_for_update=True)
            if touch.state != RESERVED:
                if handed.result is Handover.ACCEPTED:
                    touch.provider_id = handed.provider_id or touch.provider_id
                    await accept(session, touch, source=PROVIDER, how=LATE, at=now, now=now)
                return False
            if attempt not in (None, touch.attempt) and handed.result is not Handover.ACCEPTED:
                return False
            if offered:
                await book(session, touch, HANDED_OVER, at=now)
            result = handed.result
            if result is Handover.UNKNOWN and await proven(session, touch):
                result = Handover.ACCEPTED
            touch.provider_id = handed.provider_id
            told = PROVIDER if offered or result is Handover.ACCEPTED else HOUSE
            await book(session, touch, DEFERRED if result is Handover.DOWN else result, at=now, source=told, trouble=handed.trouble)
            return True

    async def _reserve(self, session: AsyncSession, asked: Asked, message: Message, now: datetime) -> Message:
        """The intent, its booking and the copy are one act: nothing is handed over of which there is no copy."""
        touch = _intent(asked, message, now)
        await book(session, touch, RESERVED, at=now)
        await keep(session, self._sealing, touch, message, policy=asked.policy.copies if asked.policy is not None else Copies(), now=now)
        return message.model_copy(update={"attempt": touch.attempt})

    async def _judge_each(self, session: AsyncSession, ways: tuple[Asked, ...], now: datetime) -> tuple[Asked, Verdict, Message | None]:
        """The first way that is allowed, with its message; where none is, the one whose verdict stands for all. Each judgement is kept."""
        verdicts: list[Verdict] = []
        message = None
        for way in ways:
            verdict, message = await self._judge(session, way, now)
            session.add(_judgement(way, verdict, now))
            verdicts.append(verdict)
            if message is not None:
                break
        number, verdict = first_allowed(verdicts)
        return ways[number], verdict, message

    async def _judge(self, session: AsyncSession, asked: Asked, now: datetime) -> tuple[Verdict, Message | None]:
        verdict = await _judged(session, asked, now)
        if verdict.verdict != "allowed" or asked.recipient is None or asked.content is None:
            return verdict, None
        try:
            return verdict, self._composer.compose(
                asked.touch.key,
                content=asked.content,
                to=await _addressee(session, asked, asked.recipient, now),
                rep=await _name_of(session, asked.rep),
                channel=asked.touch.channel,
                occasion=asked.occasion,
                values=asked.values,
                selection=Selection(asked.chosen, asked.fragments),
            )
        except CannotComposeError as error:
            log.warning("compose", key=asked.touch.key, trouble=str(error))
            lacks = Check(rule="compose", verdict="refused", reason=Reason.CONTENT_NO_LANGUAGE, told=TOLD[Reason.CONTENT_NO_LANGUAGE])
            return Verdict(verdict="refused", reason=lacks.reason, checks=(*verdict.checks, lacks)), None


def _stands(earlier: tables.Touch) -> Handover | None:
    """The result of an earlier attempt that lets nothing follow. What was unknown stays so for its run, even where it was learnt since that nothing went
    out: nobody sends it again without being asked."""
    if earlier.reason == Reason.NOT_SENT:
        return Handover.UNKNOWN
    return Handover(earlier.state) if earlier.state in (Handover.ACCEPTED, Handover.UNKNOWN) else None


async def look(session: AsyncSession, enrolment: tables.Enrolment, touch: Deliver, *, channels: Collection[str], now: datetime) -> tuple[Intent, Verdict]:
    """What the gate would say of a touch at this moment, by the channel that it would go by. Nothing is written, and nobody waits for it."""
    ways = await asked_about(session, enrolment, touch, channels)
    number, verdict = first_allowed([await _judged(session, way, now) for way in ways])
    return ways[number].intent, verdict


async def _judged(session: AsyncSession, asked: Asked, now: datetime) -> Verdict:
    """The verdict, every check of it told in full."""
    intent, evidence = asked.intent, await _evidence(session, asked, now)
    ask = judge if asked.recipient is not None else judge_nobody
    return accounted(ask(intent, evidence, now), intent, evidence, now)


def _intent(asked: Asked, message: Message, now: datetime) -> tables.Touch:
    """The ledger's row: a new one, or the one of a touch that its channel could not take before."""
    row = asked.earlier or tables.Touch(
        key=asked.touch.key,
        person_id=asked.recipient.id if asked.recipient is not None else "",
        enrolment_id=asked.enrolment_id,
        dispatch_id=asked.dispatch_id,
        step=asked.touch.step,
        channel=asked.touch.channel,
        purpose=asked.purpose,
        product=asked.product,
        content_id=asked.touch.content.id,
        content_version=asked.touch.content.version,
        message_id=message.message_id,
        sent_by=asked.touch.by,
        attempt=0,
        code=message.code,
        state=RESERVED,
        at=now,
    )
    row.state, row.at, row.settled_at, row.attempt = RESERVED, now, None, row.attempt + 1
    if asked.recipient is not None:  # the care team may have another nurse by now
        row.person_id = asked.recipient.id
        row.address = digest_of(message.to, asked.touch.channel)
    row.sent_by, row.channel = asked.touch.by, asked.touch.channel
    row.content_id, row.content_version = asked.touch.content.id, asked.touch.content.version  # nothing went out, and the journey may name another by now
    row.fragments = [str(ref) for ref in asked.chosen.fragments] or None
    row.starts, row.ends = asked.touch.starts, asked.touch.ends
    row.digest = message.digest
    return row


async def _evidence(session: AsyncSession, asked: Asked, now: datetime) -> Evidence:
    recipient = asked.recipient
    if recipient is None:
        return Evidence(
            market=asked.policy,
            reachable=False,
            carried=asked.carried,
            audience=None,
            objected=False,
            suppressed=False,
            consents=(),
            content=asked.content,
            touches=(),
        )
    calendar, zone_of = await located(session, recipient, asked.policy, now=now)
    waiting, since = await pressure.others(session, recipient.id, asked.touch.key)
    return Evidence(
        market=asked.policy,
        reachable=address_of(recipient, asked.touch.channel) is not None,
        carried=asked.carried,
        audience=recipient.profession,
        objected=await has_objected(session, recipient.id),
        suppressed=recipient.status != ACTIVE,
        gone=recipient.status not in {ACTIVE, RESTRICTED},
        consents=await consent_acts(session, recipient),
        content=asked.content,
        chosen=asked.chosen,
        fragments=asked.fragments,
        touches=await pressure.touches(session, recipient.id, asked.policy, but=asked.touch.key, now=now),
        waiting=waiting,
        since=since,
        calendar=calendar,
        zone_of=zone_of,
        bounced=await bounces(session, address_of(recipient, asked.touch.channel), asked.touch.channel),
        has_copy=await _has_copy(session, recipient, asked, now),
        inquiry=await _question(session, asked, recipient.id),
        halted=await holds_back(session, asked.covered, asked.touch.content, recipient=recipient.id),
    )


async def _question(session: AsyncSession, asked: Asked, recipient: str) -> Inquired | None:
    if asked.purpose is not Purpose.MEDICAL_RESPONSE:
        return None
    return await question_of(session, recipient, inquiry_id=asked.inquiry_id, dispatch_id=asked.dispatch_id, enrolment_id=asked.enrolment_id)


async def _has_copy(session: AsyncSession, recipient: tables.Person, asked: Asked, now: datetime) -> bool:
    """Whether this version of the content may have reached the same address through another record of it. Both records are locked. A letter outside a
    journey is no copy: it says something of its own to each of them, such as the answer to a question."""
    if asked.dispatch_id is not None:
        return False
    copies = (
        select(tables.Touch.key)
        .join(tables.Person, col(tables.Person.id) == col(tables.Touch.person_id))
        .where(
            tables.Touch.person_id != recipient.id,
            same_address(recipient, asked.touch.channel),
            tables.Touch.channel == asked.touch.channel,
            tables.Touch.content_id == asked.touch.content.id,
            tables.Touch.content_version == asked.touch.content.version,
            col(tables.Touch.state).in_(pressure.COUNTED),
            tables.Touch.at > now - ONE_COPY,
        )
    )
    return (await session.exec(copies)).first() is not None


def _judgement(asked: Asked, verdict: Verdict, now: datetime) -> tables.Judgement:
    return tables.Judgement(
        id=uuid4().hex,
        touch_key=asked.touch.key,
        enrolment_id=asked.enrolment_id,
        dispatch_id=asked.dispatch_id,
        person_id=asked.recipient.id if asked.recipient is not None else None,
        verdict=verdict.verdict,
        reason=verdict.reason,
        until=verdict.until,
        asked=asked.intent.words,
        checks=[check.model_dump(mode="json") for check in verdict.checks],
        at=now,
    )


async def _addressee(session: AsyncSession, asked: Asked, person: tables.Person, now: datetime) -> Addressee:
    """The person as addressee. A letter is approved for a market in that market's languages, so the person's own comes first only among them."""
    market = asked.policy
    languages = market.languages if market is not None else ()
    return Addressee(
        given_name=person.given_name,
        family_name=person.family_name,
        salutation=person.salutation,
        address=address_of(person, asked.touch.channel) or "",
        languages=tuple(sorted(languages, key=lambda language: language != person.language)),
        country=market.country if market is not None else None,
        market=market.market if market is not None else None,
        zone=(await calendar_for(session, person, market, now=now)).zone,
    )


async def _name_of(session: AsyncSession, user_id: str | None) -> str | None:
    user = await session.get(tables.User, user_id) if user_id is not None else None
    return user.name if user is not None else None
