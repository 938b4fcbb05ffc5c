"""Invitations after they were sent: what they invite to begins at another time, or is called off. In one transaction the run is told and a notice goes on
its way, which changes the entry in the HCP's calendar (RFC 5546)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.rows import Unchangeable
from journeys.content import ContentState
from journeys.definitions import ContentRef, Definition, Heard, InviteStep, Mark, Purpose
from journeys.durations import Calendar
from journeys.events import InvitationChanged
from journeys.marking import instant_of
from journeys.shapes import read_back
from orchestrator.counts import Dropped, count_in
from orchestrator.store import audit, outbox
from orchestrator.store.contents import current
from orchestrator.store.dispatches import NewDispatch, dispatch
from orchestrator.store.facts import load_facts
from orchestrator.store.markets import calendar_for, policy_of
from orchestrator.store.tables import ContentVersion, DefinitionVersion, Enrolment, HeardFact, InvitationNotice, Person, Touch

MOVED, CALLED_OFF = "invitation-moved", "invitation-called-off"
"""The content of the notices, by its id: the latest approved version for the market is taken. They promote nothing, so no consent is asked for them."""

HOUSE = "house"
"""Who changes an invitation whose time the journey reads from a fact."""

_MAY_HAVE_ARRIVED = ("accepted", "unknown")

log = structlog.get_logger()


async def change(
    session: AsyncSession, touch_key: str, *, starts: datetime | None, by: str, role: str, reason: str, now: datetime, notice_id: str | None = None
) -> Unchangeable | Touch:
    """Have what the touch invites to begin at `starts`; None calls it off. Its length stays. `notice_id` makes a repeat change nothing more."""
    touch = await session.get(Touch, touch_key, with_for_update=True)
    if touch is None or touch.starts is None or touch.ends is None:
        return Unchangeable.NO_INVITATION
    if notice_id is not None and await session.get(InvitationNotice, notice_id) is not None:
        return touch
    against = await _against(session, touch, now)
    person = await session.get_one(Person, touch.person_id)
    content = await _notice(session, MOVED if starts is not None else CALLED_OFF, person.market, now) if against is None else None
    if against is not None or content is None:
        return against or Unchangeable.NO_NOTICE
    lasts = touch.ends - touch.starts
    touch.sequence += 1
    if starts is not None:
        touch.starts, touch.ends = starts, starts + lasts
    else:
        touch.called_off_at = now
    session.add(touch)
    await _give_notice(session, touch, person, content, notice_id or uuid4().hex, by=by, reason=reason, now=now)
    if touch.enrolment_id is not None:
        await outbox.tell(session, touch.enrolment_id, InvitationChanged(id=f"{touch.key}.{touch.sequence}", touch=touch.key, starts=starts))
    details: dict[str, Any] = {"starts": starts.isoformat() if starts is not None else None, "sequence": touch.sequence}
    action = "invitation.moved" if starts is not None else "invitation.called_off"
    await audit.record(session, by=by, role=role, action=action, subject=f"touch:{touch.key}", reason=reason, details=details, now=now)
    return touch


async def follow(session: AsyncSession, person_id: str, names: Iterable[str], *, now: datetime) -> None:
    """The person's facts stand differently: an invitation whose beginning is one of them moves with it, or is called off where it is not known any more."""
    for touch, mark in await _marked_by(session, person_id, set(names), now):
        person = await session.get_one(Person, person_id)
        calendar = await calendar_for(session, person, await policy_of(session, person.market), now=now)
        starts = await _stands_at(session, person_id, mark, calendar, now)
        if starts == touch.starts:
            continue
        later = starts if starts is not None and starts > now else None
        changed = await change(session, touch.key, starts=later, by=HOUSE, role=HOUSE, reason="fact_changed", now=now)
        if isinstance(changed, Unchangeable):
            log.warning("invitation", touch=touch.key, unchanged=changed)
            count_in(session, Dropped.INVITATION, changed)


async def _against(session: AsyncSession, touch: Touch, now: datetime) -> Unchangeable | None:
    if touch.state not in _MAY_HAVE_ARRIVED:
        return Unchangeable.NOT_SENT
    if touch.called_off_at is not None:
        return Unchangeable.CALLED_OFF
    if touch.starts is not None and touch.starts <= now:
        return Unchangeable.BEGUN
    declined = select(HeardFact.id).where(HeardFact.touch_key == touch.key, HeardFact.heard == Heard.DECLINED)
    return Unchangeable.DECLINED if (await session.exec(declined)).first() is not None else None


async def _notice(session: AsyncSession, content: str, market: str, now: datetime) -> ContentVersion | None:
    """The latest approved version for the market."""
    versions = select(ContentVersion).where(ContentVersion.id == content).order_by(col(ContentVersion.version).desc())
    for row in await session.exec(versions):
        version = current(row)
        if version.state_at(now) is ContentState.APPROVED and version.purpose == Purpose.TRANSACTIONAL.value and market in version.markets:
            return row
    return None


async def _give_notice(
    session: AsyncSession, touch: Touch, person: Person, content: ContentVersion, notice_id: str, *, by: str, reason: str, now: datetime
) -> None:
    new = NewDispatch(
        id=notice_id,
        person_id=person.id,
        channel=touch.channel,
        purpose=Purpose.TRANSACTIONAL,
        product=content.product,
        market=person.market,
        content=ContentRef(content.id, content.version),
        values={},
        by=touch.sent_by,
    )
    await dispatch(session, new, now=now)
    await session.flush()
    about: dict[str, Any] = {"touch_key": touch.key, "starts": touch.starts, "ends": touch.ends, "sequence": touch.sequence}
    session.add(InvitationNotice(dispatch_id=notice_id, **about, called_off=touch.called_off_at is not None, reason=reason, by=by, at=now))


async def _marked_by(session: AsyncSession, person_id: str, names: Collection[str], now: datetime) -> list[tuple[Touch, Mark]]:
    """The person's invitations that are still to come and whose beginning is read from one of these facts."""
    version = (col(DefinitionVersion.journey) == col(Enrolment.journey)) & (col(DefinitionVersion.version) == col(Enrolment.version))
    open_ones = (
        select(Touch, DefinitionVersion.body)
        .join(Enrolment, col(Enrolment.id) == col(Touch.enrolment_id))
        .join(DefinitionVersion, version)
        .where(Enrolment.person_id == person_id, col(Touch.starts) > now, col(Touch.called_off_at).is_(None), col(Touch.state).in_(_MAY_HAVE_ARRIVED))
        .order_by(Touch.key)
    )
    found = []
    for touch, body in await session.exec(open_ones):
        step = read_back(Definition, body).steps.get(touch.step)
        if isinstance(step, InviteStep) and step.invite.starts.fact in names:
            found.append((touch, step.invite.starts))
    return found


async def _stands_at(session: AsyncSession, person_id: str, mark: Mark, calendar: Calendar, now: datetime) -> datetime | None:
    facts = await load_facts(session, person_id, (mark.fact or "",), now=now)
    return instant_of(mark, facts.get(mark.fact or ""), calendar)
