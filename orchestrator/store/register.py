"""What a register says, taken into the tables: one batch in one transaction, found again by the crosswalk. An import owns what the register knows and
nothing else: e-mail, language, consent, objection and every status but its own are never touched, so no suppression is lifted by a file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import uuid4

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator.registries.entries import Deactivated, Problem, Reason, RegisteredOrganisation, RegisteredPerson, Row
from orchestrator.store import audit
from orchestrator.store.considering import draw_calendar, tell_runs
from orchestrator.store.errors import TerritoryUnknownError
from orchestrator.store.locks import Queue, queue_at
from orchestrator.store.tables import Affiliation, Enrolment, ExternalId, Organisation, OrganisationExternalId, Person, Territory

_ACTIVE, _GONE = "active", "deactivated"
_FACTS = ("profession", "specialty", "market")
"""What the register knows of a person and journeys may ask."""


class Change(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DEACTIVATED = "deactivated"


class Register(NamedTuple):
    """Which register a batch comes from, and where its people go: new ones, and those who are in no territory yet."""

    source: str
    market: str
    territory: str | None = None


@dataclass
class Taken:
    """What became of the rows of one batch, or of a whole file."""

    people: Counter[Change] = field(default_factory=Counter)
    organisations: Counter[Change] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    @property
    def changes(self) -> int:
        return (self.people + self.organisations).total() - self.people[Change.UNCHANGED] - self.organisations[Change.UNCHANGED]

    def add(self, other: "Taken") -> None:
        self.people += other.people
        self.organisations += other.organisations
        self.problems += other.problems


async def require_territory(session: AsyncSession, territory: str, *, market: str) -> None:
    """Raises TerritoryUnknownError unless there is such a territory in the market."""
    known = (await session.exec(select(Territory.id).where(Territory.market == market).order_by(Territory.id))).all()
    if territory not in known:
        raise TerritoryUnknownError(territory, market=market, known=list(known))


async def take_in(session: AsyncSession, rows: Sequence[Row], *, register: Register, now: datetime) -> Taken:
    """Take in a batch in which no number occurs twice. A row that says what it said last time changes nothing; a batch that changes something is
    audited by its figures."""
    await queue_at(session, Queue.IMPORT)  # two imports of one file do not make anybody twice
    batch = _Batch(register, now, people=await _people(session, register, rows), organisations=await _organisations(session, register, rows))
    for row in rows:
        batch.take(row)
    session.add_all(batch.new)
    await session.flush()
    session.add_all(batch.crosswalk)
    await _tell_runs(session, batch.updated, now=now)
    for person in (*batch.moved, *await _who_work_at(session, batch.moved_places)):
        await draw_calendar(session, person, id=f"register.{uuid4().hex}", now=now)
    if batch.taken.changes:
        figures = {"people": dict(batch.taken.people), "organisations": dict(batch.taken.organisations)}
        await audit.record(
            session, by=audit.HOUSE, role=audit.SYSTEM, action="people.imported", subject=f"register:{register.source}", details=figures, now=now
        )
    return batch.taken


class _Batch:
    def __init__(self, register: Register, now: datetime, *, people: dict[str, Person], organisations: dict[str, Organisation]) -> None:
        self.taken = Taken()
        self.new: list[SQLModel] = []
        self.crosswalk: list[SQLModel] = []
        self.updated: list[str] = []
        self.moved: list[Person] = []
        """Those who are in another zone or market now."""
        self.moved_places: list[str] = []
        """The organisations that are in another zone now, or whose zone counts no more, or again."""
        self._register, self._now = register, now
        self._people, self._organisations = people, organisations

    def take(self, row: Row) -> None:
        match row:
            case RegisteredPerson():
                self.taken.people[self._person(row)] += 1
            case RegisteredOrganisation():
                self.taken.organisations[self._organisation(row)] += 1
            case Deactivated() if (person := self._people.get(row.npi)) is not None:
                self.taken.people[self._leave(person, row)] += 1
            case Deactivated() if (organisation := self._organisations.get(row.npi)) is not None:
                self.taken.organisations[self._leave(organisation, row)] += 1
            case Deactivated():
                self.taken.problems.append(Problem(line=row.line, reason=Reason.DEACTIVATED, npi=row.npi))

    def _person(self, row: RegisteredPerson) -> Change:
        person = self._people.get(row.npi)
        if person is None:
            self._add_person(row)
            return Change.CREATED
        territory = person.territory_id or self._register.territory
        if person.digest == row.digest and person.territory_id == territory and person.market == self._register.market:
            return Change.UNCHANGED
        lived = person.market, person.zone
        person.given_name, person.family_name = row.given_name, row.family_name
        person.profession, person.specialty = row.profession, row.specialty
        person.salutation, person.zone = row.salutation or person.salutation, row.zone or person.zone
        person.market, person.territory_id, person.digest, person.updated_at = self._register.market, territory, row.digest, self._now
        person.status = _back(person.status)
        self.updated.append(person.id)
        if (person.market, person.zone) != lived:
            self.moved.append(person)
        return Change.UPDATED

    def _add_person(self, row: RegisteredPerson) -> None:
        one_id, register = uuid4().hex, self._register
        told = row.model_dump(exclude={"npi"})
        self.new.append(
            Person(id=one_id, market=register.market, territory_id=register.territory, digest=row.digest, created_at=self._now, updated_at=self._now, **told)
        )
        self.crosswalk.append(ExternalId(source=register.source, value=row.npi, person_id=one_id))

    def _organisation(self, row: RegisteredOrganisation) -> Change:
        organisation = self._organisations.get(row.npi)
        if organisation is None:
            one_id = uuid4().hex
            self.new.append(Organisation(id=one_id, name=row.name, zone=row.zone, market=self._register.market, digest=row.digest))
            self.crosswalk.append(OrganisationExternalId(source=self._register.source, value=row.npi, organisation_id=one_id))
            return Change.CREATED
        if organisation.digest == row.digest:
            return Change.UNCHANGED
        lived = organisation.zone, organisation.status
        organisation.name, organisation.zone = row.name, row.zone or organisation.zone
        organisation.digest, organisation.status = row.digest, _back(organisation.status)
        if (organisation.zone, organisation.status) != lived:
            self.moved_places.append(organisation.id)
        return Change.UPDATED

    def _leave(self, gone: Person | Organisation, row: Deactivated) -> Change:
        if gone.digest == row.digest:
            return Change.UNCHANGED
        gone.digest, gone.status = row.digest, _GONE if gone.status == _ACTIVE else gone.status
        if isinstance(gone, Person):
            gone.updated_at = self._now
        else:
            self.moved_places.append(gone.id)
        return Change.DEACTIVATED


async def _who_work_at(session: AsyncSession, organisations: Sequence[str]) -> Sequence[Person]:
    """Those who live by the zone of one of these organisations, unless they have one of their own."""
    if not organisations:
        return ()
    people = select(Person).join(Affiliation, col(Affiliation.person_id) == col(Person.id)).where(col(Affiliation.organisation_id).in_(organisations))
    return (await session.exec(people.distinct().order_by(Person.id))).all()


async def _tell_runs(session: AsyncSession, updated: Sequence[str], *, now: datetime) -> None:
    """The runs of those of whom the register says something else now learn it."""
    playing = select(Enrolment.person_id).where(col(Enrolment.person_id).in_(updated), Enrolment.status != "ended").distinct().order_by(Enrolment.person_id)
    for person_id in await session.exec(playing) if updated else ():
        await tell_runs(session, person_id, _FACTS, id=f"register.{uuid4().hex}", now=now)


def _back(status: str) -> str:
    """A reactivated number lifts its own deactivation, and no other stop."""
    return _ACTIVE if status == _GONE else status


async def _people(session: AsyncSession, register: Register, rows: Iterable[Row]) -> dict[str, Person]:
    known = select(ExternalId.value, Person).join(Person, col(Person.id) == ExternalId.person_id)
    found = await session.exec(known.where(ExternalId.source == register.source, col(ExternalId.value).in_([row.npi for row in rows])))
    return dict(found.all())


async def _organisations(session: AsyncSession, register: Register, rows: Iterable[Row]) -> dict[str, Organisation]:
    known = select(OrganisationExternalId.value, Organisation).join(Organisation, col(Organisation.id) == OrganisationExternalId.organisation_id)
    found = await session.exec(known.where(OrganisationExternalId.source == register.source, col(OrganisationExternalId.value).in_([row.npi for row in rows])))
    return dict(found.all())
