"""What is known of an HCP, changed in one place: each fact is written where it lives, its history goes to the audit, and the person's runs are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.conditions import Value
from journeys.facts import CATALOGUE, Wall
from orchestrator.store import audit
from orchestrator.store.considering import changed
from orchestrator.store.entering import locked
from orchestrator.store.facts import COMMERCIAL, TOLD, load_facts, tags_of
from orchestrator.store.tables import CommercialProfile, MedicalProfile, Person, PersonaAssignment, PersonFact, PersonTag
from orchestrator.store.wall import Crossing, Traveller, Why, beyond

OF_PERSON = frozenset({"language", "channel_preference"})
OF_PROFILE = frozenset(COMMERCIAL) - {"persona"}
OF_MEDICAL = frozenset(name for name, fact in CATALOGUE.items() if fact.wall is Wall.MEDICAL)
CHANGEABLE = OF_PERSON | OF_PROFILE | OF_MEDICAL | TOLD | {"tags"}
"""What may be told of an HCP: all but what `journeys.fact_values.ELSEWHERE` names."""


@dataclass(frozen=True)
class Teller:
    """Who tells something of an HCP: a user in a role, or a run at a step."""

    by: str
    role: str
    enrolment: str | None = None
    step: str | None = None


async def change_facts(
    session: AsyncSession, person_id: str, facts: Mapping[str, Value | None], *, teller: Teller, told: str, at: datetime, remark: str | None = None
) -> tuple[str, ...]:
    """Write down how facts stand at `at`; None is no longer known. What changed by it is audited and told, as the fact `told`, to the person's
    other runs; a repeat changes nothing. Medical facts are told to no run, and the audit holds their names alone. Returns what changed."""
    person = await locked(session, person_id)
    before = await load_facts(session, person_id, facts, now=at)
    medical = await _medical(session, person_id, {name: value for name, value in facts.items() if name in OF_MEDICAL}, teller, at)
    for name, value in facts.items():
        await _write(session, person, name, value, teller, at)
    await session.flush()
    after = await load_facts(session, person_id, facts, now=at)
    others = {name: after[name] for name in facts if after[name] != before[name]}
    if others or medical:
        details: dict[str, Any] = {name: [before[name], value] for name, value in others.items()} | dict.fromkeys(medical)
        told_by = {"enrolment": teller.enrolment, "step": teller.step, "remark": remark}
        details = {"facts": details, **{name: value for name, value in told_by.items() if value is not None}}
        await audit.record(session, by=teller.by, role=teller.role, action="facts.changed", subject=f"person:{person_id}", details=details, now=at)
    if others:
        await changed(session, person_id, others, id=told, now=at, but=teller.enrolment)
    return (*others, *medical)


async def assign_persona(session: AsyncSession, said: PersonaAssignment, *, told: str) -> None:
    """Keep who said it and why; a persona that is new to the record is told, as the fact `told`, to the person's runs but the one it was said in."""
    await locked(session, said.person_id)
    profile = await session.get(CommercialProfile, said.person_id) or CommercialProfile(person_id=said.person_id, updated_at=said.at)
    said.previous = profile.persona
    session.add(said)
    if profile.persona != said.persona:
        profile.persona, profile.updated_at = said.persona, said.at
        session.add(profile)
        await changed(session, said.person_id, ("persona",), id=told, now=said.at, but=said.enrolment_id)


async def _write(session: AsyncSession, person: Person, name: str, value: Value | None, teller: Teller, at: datetime) -> None:
    if name in OF_PERSON:
        setattr(person, name, value)
        person.updated_at = at
        session.add(person)
    elif name in OF_PROFILE:
        profile = await session.get(CommercialProfile, person.id) or CommercialProfile(person_id=person.id, updated_at=at)
        setattr(profile, name, value)
        profile.updated_at = at
        session.add(profile)
    elif name == "tags":
        await _write_tags(session, person.id, frozenset(value) if isinstance(value, tuple) else frozenset(), teller, at)
    elif name in TOLD:
        await _write_told(session, person.id, name, value, teller, at)


async def _write_tags(session: AsyncSession, person_id: str, tags: frozenset[str], teller: Teller, at: datetime) -> None:
    known = frozenset(await tags_of(session, person_id))
    await session.exec(delete(PersonTag).where(col(PersonTag.person_id) == person_id, col(PersonTag.tag).in_(known - tags)))
    for tag in sorted(tags - known):
        session.add(PersonTag(person_id=person_id, tag=tag, since=at, by=teller.by, enrolment_id=teller.enrolment, step=teller.step))


async def _write_told(session: AsyncSession, person_id: str, name: str, value: Value | None, teller: Teller, at: datetime) -> None:
    row = await session.get(PersonFact, (person_id, name))
    if value is not None:
        row = row or PersonFact(person_id=person_id, name=name, value=value, source=teller.by, at=at)
        row.value, row.source, row.at = value, teller.by, at
        session.add(row)
    elif row is not None:
        await session.delete(row)


async def _medical(session: AsyncSession, person_id: str, facts: Mapping[str, Value | None], teller: Teller, at: datetime) -> tuple[str, ...]:
    """Write medical facts, and return the names of those that are others now."""
    if not facts:
        return ()
    traveller = Traveller(teller.by, teller.role, Why.MEDICAL_WORK)
    async with beyond(session, traveller, Crossing.PROFILE_WRITTEN, subject=f"person:{person_id}", person=person_id, now=at):
        profile = await session.get(MedicalProfile, person_id) or MedicalProfile(person_id=person_id)
        others = tuple(name for name, value in facts.items() if getattr(profile, name) != value)
        for name in others:
            setattr(profile, name, facts[name])
        session.add(profile)
    return others
