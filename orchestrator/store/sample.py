"""The sample world of the library: invented territories, users, organisations and people for the embedded runtime. What is there already stays as it is,
so that loading it again undoes nothing that happened since: no withdrawn consent comes back, no corrected persona."""

from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import uuid4

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.who import Role
from journeys.library import PACKAGED, LibraryError
from journeys.loading import read
from journeys.shapes import Authored, Instant, Market, Mobile, Slug
from orchestrator.store import audit, sweeps, tables
from orchestrator.store.locks import Queue, queue_at
from orchestrator.store.wall import Crossing, Traveller, Why, beyond

SOURCE = "sample"
PEOPLE = PACKAGED / "sample" / "people.yaml"


class SampleTerritory(Authored):
    id: str
    name: str
    market: Market


class SampleUser(Authored):
    id: str
    name: str
    role: Role
    territories: tuple[str, ...] = ()
    pin: str | None = None
    """The signing PIN of those who sign the sample strategies: as well known as this file, and set in the embedded runtime alone."""


class SampleOrganisation(Authored):
    id: str
    name: str
    market: Market
    zone: str | None = None


class SampleConsent(Authored):
    channel: str
    purpose: str
    method: str
    text_version: str
    language: str
    given_at: Instant
    proof: str


class SampleCommercial(Authored):
    persona: Slug
    adoption_stage: str | None = None
    tier: str | None = None
    decile: int | None = None
    identity: str | None = None
    engagement: str | None = None


class SampleMedical(Authored):
    kol_tier: str | None = None
    scientific_interest: str | None = None


class SamplePerson(Authored):
    """`ref` is the person's id in the file, and the external id of the source `sample`."""

    ref: str
    given_name: str
    family_name: str
    salutation: str | None = None
    profession: Literal["physician", "nurse", "pharmacist", "other"]
    specialty: Slug | None = None
    email: str | None = None
    mobile: Mobile | None = None
    market: Market
    language: str | None = None
    territory: str
    organisation: str
    channel_preference: str | None = None
    zone: str | None = None
    care_team: tuple[str, ...] = ()
    """Refs of the nurses who support this physician."""
    commercial: SampleCommercial | None = None
    medical: SampleMedical | None = None
    consents: tuple[SampleConsent, ...] = ()


class Sample(Authored):
    """The whole file."""

    territories: tuple[SampleTerritory, ...]
    users: tuple[SampleUser, ...]
    organisations: tuple[SampleOrganisation, ...]
    people: tuple[SamplePerson, ...]


def read_sample(path: Path = PEOPLE) -> Sample:
    """Read the file, strictly. Raises LibraryError with every line and column that is wrong."""
    loaded = read(path, model=Sample)
    if loaded.value is None:
        raise LibraryError(path, loaded.findings)
    return loaded.value


async def load_sample(session: AsyncSession, sample: Sample, *, now: datetime) -> int:
    """Add what is not there yet, audited, and return how many people were added."""
    await queue_at(session, Queue.SAMPLE)
    await _add_places(session, sample)
    known = await _known(session)
    new = [person for person in sample.people if person.ref not in known]
    for person in new:
        known[person.ref] = uuid4().hex
        session.add(_person(person, known[person.ref], now))
    await session.flush()
    for person in new:
        session.add_all(_about(person, known[person.ref], now))
    session.add_all(_care_teams(new, known))
    for person in new:
        if person.medical is not None:
            await _tell_medical(session, known[person.ref], person.medical, now)
    if new:
        await audit.record(session, by=audit.HOUSE, role=audit.SYSTEM, action="sample.loaded", subject="sample:people", details={"people": len(new)}, now=now)
        await sweeps.look_at_everybody(session, now=now)
    return len(new)


async def _add_places(session: AsyncSession, sample: Sample) -> None:
    for territory in sample.territories:
        await _add(session, tables.Territory(**territory.model_dump()), key=territory.id)
    for user in sample.users:
        await _add(session, tables.User(id=user.id, name=user.name, role=user.role), key=user.id)
    for organisation in sample.organisations:
        await _add(session, tables.Organisation(**organisation.model_dump()), key=organisation.id)
    await session.flush()
    for user in sample.users:
        for territory_id in user.territories:
            await _add(session, tables.Alignment(user_id=user.id, territory_id=territory_id), key=(user.id, territory_id))


async def _add(session: AsyncSession, row: tables.Territory | tables.User | tables.Organisation | tables.Alignment, *, key: str | tuple[str, str]) -> None:
    if await session.get(type(row), key) is None:
        session.add(row)


async def _known(session: AsyncSession) -> dict[str, str]:
    rows = await session.exec(select(tables.ExternalId.value, tables.ExternalId.person_id).where(col(tables.ExternalId.source) == SOURCE))
    return dict(rows.all())


def _person(person: SamplePerson, one_id: str, now: datetime) -> tables.Person:
    register = person.model_dump(exclude={"ref", "territory", "organisation", "care_team", "commercial", "medical", "consents"})
    return tables.Person(id=one_id, territory_id=person.territory, created_at=now, updated_at=now, **register)


def _about(person: SamplePerson, one_id: str, now: datetime) -> list[SQLModel]:
    """All that hangs on one new person."""
    rows: list[SQLModel] = [
        tables.ExternalId(source=SOURCE, value=person.ref, person_id=one_id),
        tables.Affiliation(person_id=one_id, organisation_id=person.organisation, role=person.profession),
        *[_consent(consent, person.market, one_id, now) for consent in person.consents],
    ]
    if person.commercial is not None:
        rows.append(tables.CommercialProfile(person_id=one_id, updated_at=now, **person.commercial.model_dump()))
        rows.append(tables.PersonaAssignment(id=uuid4().hex, person_id=one_id, persona=person.commercial.persona, by=audit.HOUSE, reason="sample", at=now))
    return rows


async def _tell_medical(session: AsyncSession, one_id: str, medical: SampleMedical, now: datetime) -> None:
    house = Traveller(audit.HOUSE, audit.SYSTEM, Why.LOADING)
    async with beyond(session, house, Crossing.PROFILE_WRITTEN, subject=f"person:{one_id}", person=one_id, now=now):
        session.add(tables.MedicalProfile(person_id=one_id, **medical.model_dump()))


def _consent(consent: SampleConsent, market: str, one_id: str, now: datetime) -> tables.Consent:
    given = consent.model_dump(exclude={"given_at"})
    return tables.Consent(id=uuid4().hex, person_id=one_id, act="given", market=market, captured_by=audit.HOUSE, at=consent.given_at, recorded_at=now, **given)


def _care_teams(people: list[SamplePerson], known: dict[str, str]) -> list[tables.Affiliation]:
    return [tables.Affiliation(person_id=known[nurse], other_id=known[person.ref], role="nurse") for person in people for nurse in person.care_team]
