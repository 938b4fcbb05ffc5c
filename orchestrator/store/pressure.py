"""What presses on a recipient: how they were touched, and the places of those touches that contact pressure put off, kept behind the recipient's lock.

A touch whose run stands elsewhere by now, has ended or is paused has no place, whatever its row says; a row whose time is long past is taken away by
whoever asks next.
"""

from datetime import datetime

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.ports import RESERVED, Handover
from journeys.caps import Touched
from journeys.definitions import Purpose
from journeys.markets import MarketPolicy
from journeys.policy import PATIENCE, Intent, Verdict, Waiting, place
from orchestrator.store.tables import DefinitionVersion, Enrolment, Person, StandingRow, Touch, WaitingTouch

COUNTED = (RESERVED, Handover.ACCEPTED, Handover.UNKNOWN)
"""The states in which a touch counts as contact pressure: what may have reached the person."""

_STANDS = ("held", "sending")
"""What a line does that holds a touch, or asks for it at this moment."""


async def priority_of(session: AsyncSession, enrolment: Enrolment) -> int:
    """The priority of the run's journey among others."""
    version = await session.get(DefinitionVersion, (enrolment.journey, enrolment.version))
    return int(version.body.get("priority", Intent.model_fields["priority"].default)) if version is not None else Intent.model_fields["priority"].default


async def touches(session: AsyncSession, person_id: str, policy: MarketPolicy | None, *, but: str, now: datetime) -> tuple[Touched, ...]:
    """How the person was touched within the longest period that counts, `but` this touch. Answers of medical to a question are no pressure."""
    if policy is None:
        return ()
    others = select(Touch).where(
        Touch.person_id == person_id,
        Touch.key != but,
        Touch.purpose != Purpose.MEDICAL_RESPONSE,
        col(Touch.state).in_(COUNTED),
        Touch.at > now - policy.memory,
    )
    return tuple(Touched(at=row.at, channel=row.channel, purpose=row.purpose, product=row.product) for row in await session.exec(others))


async def others(session: AsyncSession, person_id: str, key: str) -> tuple[tuple[Waiting, ...], datetime | None]:
    """The other touches to the recipient that keep a place, and since when this one does."""
    standing = (col(StandingRow.enrolment_id) == col(WaitingTouch.enrolment_id)) & (col(StandingRow.key) == col(WaitingTouch.touch_key))
    live = (
        select(WaitingTouch)
        .join(Enrolment, col(Enrolment.id) == col(WaitingTouch.enrolment_id))
        .join(StandingRow, standing)
        .where(
            WaitingTouch.person_id == person_id,
            WaitingTouch.touch_key != key,
            Enrolment.status == "running",
            col(Enrolment.doing).is_distinct_from("paused"),
            col(StandingRow.doing).in_(_STANDS),
        )
    )
    found = tuple(_told(row) for row in await session.exec(live))
    mine = await session.get(WaitingTouch, key)
    return found, mine.since if mine is not None else None


async def keep(session: AsyncSession, intent: Intent, verdict: Verdict, *, enrolment: str | None, recipient: Person | None, now: datetime) -> None:
    """Write down what the verdict makes of the touch's place. A letter outside a journey has none: no cap of promotion holds it back."""
    if enrolment is None:
        return
    known = await session.get(WaitingTouch, intent.key)
    kept = place(intent, verdict, since=known.since if known is not None else None, now=now) if recipient is not None else None
    if known is not None and kept is None:
        await session.delete(known)
    if kept is not None and recipient is not None:
        told = kept.model_dump(exclude={"key"})
        await session.merge(WaitingTouch(touch_key=kept.key, person_id=recipient.id, enrolment_id=enrolment, **told))
    if recipient is not None:
        await session.exec(delete(WaitingTouch).where(col(WaitingTouch.person_id) == recipient.id, col(WaitingTouch.until) <= now - PATIENCE))


def _told(row: WaitingTouch) -> Waiting:
    return Waiting(key=row.touch_key, priority=row.priority, since=row.since, until=row.until, channel=row.channel, purpose=row.purpose, product=row.product)
