"""People and their two profiles, each read by its own method, so that what a role may not see is never loaded for it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.paging import Batch, Cursor, Slice
from api.rows import PersonRow
from api.schemas.people import CommercialProfile, MedicalProfile
from api.who import Who
from journeys.content import EMAIL
from orchestrator.store import audit, tables
from orchestrator.store.addresses import address_of
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.hearing import digest_of
from orchestrator.store.objections import recall
from orchestrator.store.wall import Crossing, Traveller, beyond

_OPEN = tuple(name for name in PersonRow.__dataclass_fields__ if name not in {"addresses", "closed", "organisations"})
_ADDRESSES = (EMAIL, "mobile")
_COMMERCIAL = ("persona", "adoption_stage", "tier", "decile", "identity", "engagement")


class StoredPeople:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, who: Who, *, market: str | None, persona: str | None, name: str | None, cut: Slice) -> Batch[PersonRow]:
        person = tables.Person
        order = (col(person.family_name), col(person.given_name), col(person.id))
        wanted = select(person).where(in_scope(who), *_filters(market, persona, name))
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > _key(cut.after))
        async with transaction(self._engine) as session:
            found = (await session.exec(wanted.order_by(*order).limit(cut.limit + 1))).all()
            rows = await person_rows(session, found)
        return Batch.of(rows, cut, lambda row: (row.family_name, row.given_name, row.id))

    async def find(self, who: Who, person_id: str) -> PersonRow | None:
        async with transaction(self._engine) as session:
            found = (await session.exec(select(tables.Person).where(tables.Person.id == person_id, in_scope(who)))).all()
            return next(iter(await person_rows(session, found)), None)

    async def commercial(self, person_id: str) -> CommercialProfile:
        async with transaction(self._engine) as session:
            profile = await session.get(tables.CommercialProfile, person_id)
            if profile is None:
                return CommercialProfile()
            persona = await session.get(tables.Persona, profile.persona) if profile.persona else None
        return CommercialProfile(**{name: getattr(profile, name) for name in _COMMERCIAL}, persona_title=persona.body["title"] if persona else None)

    async def medical(self, who: Who, person_id: str, *, now: datetime) -> MedicalProfile:
        async with (
            transaction(self._engine) as session,
            beyond(session, Traveller.of(who), Crossing.PROFILE_READ, subject=f"person:{person_id}", person=person_id, now=now),
        ):
            profile = await session.get(tables.MedicalProfile, person_id)
        return MedicalProfile.model_validate(profile) if profile is not None else MedicalProfile()

    async def set_mobile(self, who: Who, person_id: str, mobile: str | None, *, now: datetime) -> None:
        async with transaction(self._engine) as session:
            person = await session.get_one(tables.Person, person_id, with_for_update=True)
            if person.mobile == mobile:
                return
            person.mobile, person.updated_at = mobile, now
            session.add(person)
            action = "mobile.recorded" if mobile is not None else "mobile.removed"
            await audit.record(session, by=who.id, role=who.role, action=action, subject=f"person:{person_id}", now=now)
            await recall(session, person_id)

    async def reopen(self, who: Who, person_id: str, channel: str, *, remark: str, now: datetime) -> bool:
        async with transaction(self._engine) as session:
            address = address_of(await session.get_one(tables.Person, person_id), channel)
            closed = await session.get(tables.Undeliverable, digest_of(address, channel), with_for_update=True) if address is not None else None
            if closed is None or closed.reopened_at is not None:
                return False
            closed.reopened_at = now
            session.add(closed)
            details = {"channel": channel, "remark": remark, "closed_by": closed.touch_key}
            await audit.record(session, by=who.id, role=who.role, action="address.reopened", subject=f"person:{person_id}", details=details, now=now)
            return True


async def person_rows(session: AsyncSession, people: Iterable[tables.Person]) -> list[PersonRow]:
    """The open part of each person, with the names of where they work and which addresses are closed, read for all of them at once."""
    found = list(people)
    places = (
        select(tables.Affiliation.person_id, tables.Organisation.name)
        .join(tables.Organisation, col(tables.Organisation.id) == col(tables.Affiliation.organisation_id))
        .where(col(tables.Affiliation.person_id).in_([person.id for person in found]))
        .order_by(tables.Organisation.name)
    )
    works: dict[str, list[str]] = {}
    for person_id, name in await session.exec(places) if found else ():
        works.setdefault(person_id, []).append(name)
    digests = {digest for person in found for name in _ADDRESSES if (digest := _digest(person, name)) is not None}
    came_back = select(tables.Undeliverable.address).where(col(tables.Undeliverable.address).in_(digests), col(tables.Undeliverable.reopened_at).is_(None))
    closed = set(await session.exec(came_back)) if digests else set()
    return [
        PersonRow(
            **{name: getattr(person, name) for name in _OPEN},
            addresses=tuple(name for name in _ADDRESSES if getattr(person, name) is not None),
            closed=tuple(name for name in _ADDRESSES if _digest(person, name) in closed),
            organisations=tuple(works.get(person.id, ())),
        )
        for person in found
    ]


def _digest(person: tables.Person, name: str) -> str | None:
    address = getattr(person, name)
    return digest_of(address, name) if address is not None else None


def _filters(market: str | None, persona: str | None, name: str | None) -> list[ColumnElement[bool]]:
    person = tables.Person
    asked: list[ColumnElement[bool]] = []
    if market is not None:
        asked.append(col(person.market) == market)
    if persona is not None:
        of_persona = select(tables.CommercialProfile.person_id).where(tables.CommercialProfile.persona == persona)
        objected = select(tables.Objection.person_id).where(tables.Objection.person_id == person.id)
        asked += [col(person.id).in_(of_persona), ~objected.exists()]  # a search by persona is for promotion
    if name is not None:
        asked.append(or_(col(person.family_name).icontains(name, autoescape=True), col(person.given_name).icontains(name, autoescape=True)))
    return asked


def _key(after: Cursor) -> tuple[str, str, str]:
    return after.text(0), after.text(1), after.text(2)
