"""The consent ledger at the front desk: how it is read, and what users record in it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.idempotency import Once
from api.rows import PersonRow
from api.schemas.consents import ConsentLine, NewConsent, NewObjection, NewWithdrawal
from api.who import Who
from journeys.consent_texts import ConsentText
from journeys.consents import ConsentAct
from journeys.shapes import read_back
from orchestrator.store import tables
from orchestrator.store.consents import add_act
from orchestrator.store.engine import transaction
from orchestrator.store.facts import consent_acts
from orchestrator.store.objections import object_to_marketing
from orchestrator.store.tables import Consent, Objection, Person


class StoredConsents:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_person(self, person_id: str) -> tuple[ConsentLine, ...]:
        wanted = select(Consent).where(Consent.person_id == person_id).order_by(col(Consent.at), col(Consent.recorded_at), Consent.id)
        async with transaction(self._engine) as session:
            return tuple(ConsentLine.model_validate(act) for act in await session.exec(wanted))

    async def texts(self, *, market: str | None, channel: str | None) -> tuple[ConsentText, ...]:
        wanted = select(tables.ConsentText).order_by(col(tables.ConsentText.id))
        if market is not None:
            wanted = wanted.where(tables.ConsentText.market == market)
        async with transaction(self._engine) as session:
            texts = [read_back(ConsentText, row.body) for row in await session.exec(wanted)]
        return tuple(text for text in texts if channel in {None, text.channel})

    async def text(self, text: str) -> ConsentText | None:
        async with transaction(self._engine) as session:
            row = await session.get(tables.ConsentText, text)
        return read_back(ConsentText, row.body) if row is not None else None

    async def counting(self, person_id: str) -> tuple[ConsentAct, ...]:
        async with transaction(self._engine) as session:
            return await consent_acts(session, await session.get_one(Person, person_id))

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
            return await object_to_marketing(session, new, role=who.role)
