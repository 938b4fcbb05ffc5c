"""What people write back, stored once: found its touch, heard of it, given to whom it concerns, and looked through for words of safety.

Its words lie by the side whose message it answers. A program's answer, and a report of a mail system, is told from a person's and is no reply.
"""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import structlog
from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.content import EMAIL
from journeys.definitions import Purpose
from journeys.facts import Wall
from journeys.safety_words import screen
from journeys.touches import TouchEvent
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.replies.inbound import Text
from orchestrator.replies.letters import Letter
from orchestrator.replies.wording import asks_to_stop
from orchestrator.store import audit, facts_in
from orchestrator.store.desk.adding import added
from orchestrator.store.events import LATE
from orchestrator.store.hearing import digest_of, hear, withdraw, withdraw_from
from orchestrator.store.repeats import repeated
from orchestrator.store.safety import About, flag
from orchestrator.store.tables import Dispatch, Enrolment, Inquiry, MedicalReplyWords, Notification, Person, Reply, ReplyWords, Touch
from orchestrator.store.wall import Crossing, Traveller, Why, beyond
from orchestrator.webhooks.telling import Told

REPLIED, UNSUBSCRIBED, AUTOMATIC, REPORT, UNKNOWN_TOUCH = "replied", "unsubscribed", "automatic", "report", "unknown_touch"
MAIL = "mail"
"""The source of every e-mail, however it came in: its Message-ID is the same by every way."""

log = structlog.get_logger()


async def take_letter(session: AsyncSession, letter: Letter, *, mail_domain: str, now: datetime) -> str:
    """Take an e-mail. Returns where it stands; a report of a mail system becomes a fact of its message."""
    names = tuple(f"{name}@{mail_domain}" if "@" not in name else name for name in letter.names)
    touch = await facts_in.touch_of(session, *names)
    if letter.report is not None:
        told = Told(letter.source_id, "report", letter.report, letter.at, message_id=touch.message_id if touch else next(iter(names), None), code=letter.code)
        await facts_in.take(session, MAIL, told, now=now)
        return REPORT
    row = Reply(
        id=uuid5(NAMESPACE_URL, f"{MAIL}\n{letter.source_id}").hex,
        source=MAIL,
        source_id=letter.source_id,
        channel=EMAIL,
        side=Wall.COMMERCIAL,
        standing=UNKNOWN_TOUCH,
        names=list(names),
        attachments=letter.attachments,
        cut=letter.cut,
        hints=[],
        at=min(letter.at or now, now),
        arrived_at=now,
        judged_at=now,
    )
    return await _take(session, row, touch, letter.words, automatic=letter.automatic, stops=asks_to_stop(letter.words), now=now)


async def take_text(session: AsyncSession, text: Text, *, source: str, now: datetime) -> str:
    """Take a text message: it answers what was last sent to the number it came from, on the same channel."""
    row = Reply(
        id=uuid5(NAMESPACE_URL, f"{source}\n{text.source_id}").hex,
        source=source,
        source_id=text.source_id,
        channel=text.channel,
        side=Wall.COMMERCIAL,
        standing=UNKNOWN_TOUCH,
        names=[digest_of(text.sender, text.channel)],
        attachments=text.attachments,
        hints=[],
        at=now,
        arrived_at=now,
        judged_at=now,
    )
    touch = await _last_sent_to(session, row, number=text.sender)
    stops = text.stops or asks_to_stop(text.words)
    return await _take(session, row, touch, text.words, automatic=False, stops=stops, number=text.sender, now=now)


async def _take(session: AsyncSession, row: Reply, touch: Touch | None, words: str, *, automatic: bool, stops: bool, now: datetime, number: str = "") -> str:
    await _address(session, row, touch)
    row.late = now - row.at > LATE
    row.standing = _standing(touch, automatic=automatic, stops=stops)
    person = await session.get(Person, row.person_id) if row.person_id is not None else None
    row.hints = sorted({hit.code for hit in screen(words, person.language if person is not None else None)})
    if not await added(session, row):
        await repeated(session, "reply", row.source, row.source_id, now=now)
        count_in(session, Dropped.REPLY, REPEATED)
        return REPEATED
    # Of what seems to be a program's too: a person's may look so, by way of a list or of a hospital's mail system.
    language = person.language if person is not None else None
    await flag(session, id=row.id, report=f"reply:{row.id}", words=words, language=language, about=About(row.person_id), now=now)
    session.add((MedicalReplyWords if row.side == Wall.MEDICAL else ReplyWords)(reply_id=row.id, words=words))
    if touch is not None and not automatic:
        await _follow(session, row, touch, stops=stops, now=now)
    if touch is None and stops:
        await _stop(session, number, row, now=now)
    if row.standing != REPLIED:
        count_in(session, Dropped.REPLY, row.standing)
    log.info("reply", reply_id=row.id, channel=row.channel, standing=row.standing, safety=bool(row.hints))
    return row.standing


async def _stop(session: AsyncSession, number: str, row: Reply, *, now: datetime) -> None:
    """A text of STOP from the number of somebody to whom we have sent nothing there, as far as we know: it is meant all the same."""
    known = select(Person.id).where(Person.mobile == number).order_by(Person.id).limit(1) if number else None
    person = (await session.exec(known)).first() if known is not None else None
    if person is not None:  # of several records of the number one is enough: it holds for all of them
        await withdraw_from(session, person, row.channel, method="reply", proof=f"reply:{row.id}", now=now)


async def judge_again(session: AsyncSession, *, source: str | None, most: int, now: datetime) -> Counter[str]:
    """Look again at replies that nobody could place, those first that were looked at longest ago. What is placed by now is heard as if it came now, and its
    words go to the side whose message it answers, unless medical has read them."""
    wanted = select(Reply).where(Reply.standing == UNKNOWN_TOUCH).order_by(col(Reply.judged_at), col(Reply.id)).limit(most)
    if source is not None:
        wanted = wanted.where(Reply.source == source)
    standing: Counter[str] = Counter()
    for row in (await session.exec(wanted.with_for_update(skip_locked=True))).all():
        row.judged_at = now
        touch = await facts_in.touch_of(session, *row.names) if row.channel == EMAIL else await _last_sent_to(session, row)
        if touch is not None:
            await _place(session, row, touch, now)
        standing[row.standing] += 1
    return standing


async def _place(session: AsyncSession, row: Reply, touch: Touch, now: datetime) -> None:
    await _address(session, row, touch)
    if row.read_at is not None:  # medical has read it meanwhile, and may have made a question of it
        row.side, row.told = Wall.MEDICAL, None
    traveller = Traveller(audit.HOUSE, audit.SYSTEM, Why.PLACING)
    async with beyond(session, traveller, Crossing.REPLY_PLACED, subject=f"reply:{row.id}", person=row.person_id, now=now):
        kept = await session.get(MedicalReplyWords, row.id)
        words = kept.words if kept is not None else ""
        if kept is not None and row.side != Wall.MEDICAL:
            await session.delete(kept)
    if kept is not None and row.side != Wall.MEDICAL:
        session.add(ReplyWords(reply_id=row.id, words=words))
    stops = asks_to_stop(words)
    row.standing = _standing(touch, automatic=False, stops=stops)
    await _follow(session, row, touch, stops=stops, now=now)
    log.info("reply", reply_id=row.id, channel=row.channel, standing=row.standing, safety=bool(row.hints))


async def _follow(session: AsyncSession, row: Reply, touch: Touch, *, stops: bool, now: datetime) -> None:
    """The run hears of it, whoever asks for no more gets no more, and whom the reply was given to is told."""
    await hear(session, touch, TouchEvent.REPLIED, source=row.source, source_id=row.source_id, at=row.at, now=now)
    if stops:
        await withdraw(session, touch, method="reply", now=now)
    if row.told is not None:
        about: dict[str, Any] = {"person_id": row.person_id, "enrolment_id": touch.enrolment_id, "reply_id": row.id}
        await added(session, Notification(id=f"reply.{row.id}", key=f"reply.{row.id}", user_id=row.told, side=row.side, at=now, **about))


def _standing(touch: Touch | None, *, automatic: bool, stops: bool) -> str:
    if automatic:
        return AUTOMATIC
    if touch is None:
        return UNKNOWN_TOUCH
    return UNSUBSCRIBED if stops else REPLIED


async def _address(session: AsyncSession, row: Reply, touch: Touch | None) -> None:
    """Whose it is: medical's, where it answers medical's letter; else the rep's who sent the message, or who conducts its journey. What nobody can place is
    medical's too: it may hold a question that sales must not read."""
    row.side = Wall.MEDICAL
    if touch is None:
        return
    row.touch_key, row.person_id = touch.key, touch.person_id
    if touch.purpose == Purpose.MEDICAL_RESPONSE:
        letter = await session.get(Dispatch, touch.dispatch_id) if touch.dispatch_id is not None else None
        inquiry = await session.get(Inquiry, letter.inquiry_id) if letter is not None and letter.inquiry_id is not None else None
        row.told = letter.by if letter is not None and inquiry is not None else None
        return
    row.side = Wall.COMMERCIAL
    run = await session.get(Enrolment, touch.enrolment_id) if touch.enrolment_id is not None else None
    row.told = run.conductor if run is not None else touch.sent_by


async def _last_sent_to(session: AsyncSession, row: Reply, *, number: str | None = None) -> Touch | None:
    """What was last sent to the number that a text came from: as the touch remembers it, or as it stands on somebody's record. `number`: while we have it."""
    digest = next(iter(row.names), None)
    if digest is None:  # from before it was kept
        return None
    theirs = Person.mobile == number if number is not None else func.encode(func.sha256(func.convert_to(Person.mobile, "UTF8")), "hex") == digest
    people = (await session.exec(select(Person.id).where(theirs))).all()
    to = or_(col(Touch.address) == digest, col(Touch.person_id).in_(people))
    sent = select(Touch).where(to, Touch.channel == row.channel, col(Touch.state).in_(("accepted", "unknown", "reserved")))
    return (await session.exec(sent.order_by(col(Touch.at).desc(), col(Touch.key)).limit(1))).first()
