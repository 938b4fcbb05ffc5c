"""The consent ledger: acts are added, never changed, and each reaches every run that it concerns in the transaction that records it. What is taken back on
one record is taken back on every other that shares the address; what is given is given on its own alone."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.schemas.consents import ConsentLine
from journeys.commands import What
from journeys.consents import RECIPIENT, missing
from journeys.definitions import Purpose
from journeys.events import ConsentGiven, ConsentWithdrawn
from journeys.facts import CATALOGUE, Wall
from journeys.reasons import Reason
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit, outbox
from orchestrator.store.addresses import sharing
from orchestrator.store.considering import changed
from orchestrator.store.desk.adding import added
from orchestrator.store.facts import CONSENT, consent_acts
from orchestrator.store.tables import Consent, Enrolment, Person, TimelineEntry


async def add_act(session: AsyncSession, act: Consent, *, by: str, role: str) -> ConsentLine:
    """Add one act, once under its id, behind the lock of every record of the address: no touch passes the gate between the act and the telling of it."""
    people = await sharing(session, act.person_id, act.channel)
    if not await added(session, act):  # the same request, cut short before it was answered
        count_in(session, Dropped.REQUEST, REPEATED)
        return ConsentLine.model_validate(await session.get_one(Consent, act.id))
    if act.purpose == Purpose.PROMOTIONAL:
        for person in people:
            await _reach(session, person, act)
            if act.act == "withdrawn" or person.id == act.person_id:
                session.add(_line(person, act))
    details = {"person": act.person_id, "channel": act.channel, "purpose": act.purpose, "method": act.method}
    details |= {"product": act.product} if act.product is not None else {}
    await audit.record(session, by=by, role=role, action=f"consent.{act.act}", subject=f"consent:{act.id}", details=details, now=act.recorded_at)
    return ConsentLine.model_validate(act)


async def _reach(session: AsyncSession, person: Person, act: Consent) -> None:
    """Tell the person's runs how consent to the channel stands for the product of each, and whatever hangs on the fact of it."""
    acts = await consent_acts(session, person)
    for enrolment_id, product in await _open_runs(session, person.id):
        if act.product not in (None, product):
            continue
        lacks = missing(acts, channel=act.channel, purpose=act.purpose, market=person.market, now=_latest(act), product=product)
        if lacks is Reason.CONSENT_WITHDRAWN:
            await outbox.tell(session, enrolment_id, ConsentWithdrawn(id=act.id, channel=act.channel))
        elif act.act == "given":
            await outbox.tell(session, enrolment_id, ConsentGiven(id=act.id, channel=act.channel))
    fact = act.channel + CONSENT
    if fact in CATALOGUE:
        await changed(session, person.id, (fact,), id=f"{fact}.{act.id}", now=act.recorded_at)


def _line(person: Person, act: Consent) -> TimelineEntry:
    """The act as a line of the person's story, which both sides read: whoever is about to meet the HCP sees it there. By nobody's hand where the HCP's own."""
    told: dict[str, Any] = {"way": act.act, "to": act.product, "channel": act.channel, "reason": act.method, "key": act.id}
    by = act.captured_by if act.captured_by != RECIPIENT else None
    return TimelineEntry(person_id=person.id, line=0, side=Wall.OPEN, what=What.CONSENT, by=by, at=act.at, arrived_at=datetime.now(UTC), **told)


def _latest(act: Consent) -> datetime:
    return max(act.at, act.recorded_at)


async def _open_runs(session: AsyncSession, person_id: str) -> list[tuple[str, str]]:
    """The runs that are being played, each with its product. One that waits in the queue learns how things stand when it begins."""
    playing = select(Enrolment.id, Enrolment.product).where(Enrolment.person_id == person_id, col(Enrolment.status).in_(("requested", "running")))
    return list((await session.exec(playing.order_by(Enrolment.id))).all())
