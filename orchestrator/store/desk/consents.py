"""The consent ledger: acts are added, never changed; each one tells the person's running journeys in the transaction that records it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.rows import PersonRow
from api.schemas.consents import ConsentLine, NewConsent, NewObjection, NewWithdrawal
from api.who import Who
from journeys.definitions import Purpose
from journeys.events import ConsentGiven, ConsentWithdrawn, Objected
from journeys.facts import CATALOGUE
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit, outbox
from orchestrator.store.considering import changed
from orchestrator.store.desk.adding import added
from orchestrator.store.engine import transaction
from orchestrator.store.facts import CONSENT
from orchestrator.store.tables import Consent, Objection, Person


class StoredConsents:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_person(self, person_id: str) -> tuple[ConsentLine, ...]:
        wanted = select(Consent).where(Consent.person_id == person_id).order_by(col(Consent.at), col(Consent.recorded_at), Consent.id)
        async with transaction(self._engine) as session:
            return tuple(ConsentLine.model_validate(act) for act in await session.exec(wanted))

    async def objected_at(self, person_id: str) -> datetime | None:
        async with transaction(self._engine) as session:
            return (await session.exec(select(Objection.at).where(Objection.person_id == person_id))).first()

    async def record(self, who: Who, person: PersonRow, consent: NewConsent, *, once: Once, now: datetime) -> ConsentLine:
        act = Consent(
            id=once.id("consent"),
            person_id=person.id,
            act="given",
            market=consent.market or person.market,
            captured_by=who.id,
            at=consent.at or now,
            recorded_at=now,
            **consent.model_dump(exclude={"market", "at"}),
        )
        async with transaction(self._engine) as session:
            return await add_act(session, act, by=who.id, role=who.role)

    async def withdraw(self, who: Who, person: PersonRow, withdrawal: NewWithdrawal, *, once: Once, now: datetime) -> ConsentLine:
        act = Consent(
            id=once.id("consent"),
            person_id=person.id,
            act="withdrawn",
            market=person.market,
            captured_by=who.id,
            at=now,
            recorded_at=now,
            **withdrawal.model_dump(),
        )
        async with transaction(self._engine) as session:
            return await add_act(session, act, by=who.id, role=who.role)

    async def object(self, who: Who, person: PersonRow, objection: NewObjection, *, once: Once, now: datetime) -> datetime:
        new = Objection(id=once.id("objection"), person_id=person.id, method=objection.method, captured_by=who.id, at=now)
        async with transaction(self._engine) as session:
            await session.get_one(Person, person.id, with_for_update=True)
            if not await added(session, new):
                count_in(session, Dropped.REQUEST, REPEATED)
                return (await session.exec(select(Objection.at).where(Objection.person_id == person.id))).one()
            await outbox.tell_person(session, person.id, Objected(id=new.id))
            await audit.record(session, by=who.id, role=who.role, action="objection.recorded", subject=f"person:{person.id}", now=now)
        return now


async def add_act(session: AsyncSession, act: Consent, *, by: str, role: str) -> ConsentLine:
    """Add one act, once under its id, behind the person's lock: no touch passes the gate between the act and the telling of it."""
    await session.get_one(Person, act.person_id, with_for_update=True)
    if not await added(session, act):  # the same request, cut short before it was answered
        count_in(session, Dropped.REQUEST, REPEATED)
        return ConsentLine.model_validate(await session.get_one(Consent, act.id))
    if act.purpose == Purpose.PROMOTIONAL:
        fact = ConsentGiven(id=act.id, channel=act.channel) if act.act == "given" else ConsentWithdrawn(id=act.id, channel=act.channel)
        await outbox.tell_person(session, act.person_id, fact)
        fact_name = act.channel + CONSENT
        if fact_name in CATALOGUE:
            await changed(session, act.person_id, (fact_name,), id=f"{fact_name}.{act.id}", now=act.recorded_at)
    details = {"person": act.person_id, "channel": act.channel, "purpose": act.purpose, "method": act.method}
    await audit.record(session, by=by, role=role, action=f"consent.{act.act}", subject=f"consent:{act.id}", details=details, now=act.recorded_at)
    return ConsentLine.model_validate(act)
