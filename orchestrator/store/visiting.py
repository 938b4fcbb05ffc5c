"""Where a person may be met: how the HCOs where they work receive a meeting of this form. A visit that could take place only where nobody lets the rep in
is skipped by the house, with that reason, so that it stands in nobody's day."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.access import Access, AccessRules, MeetingForm, access, best
from journeys.content import FACE_TO_FACE
from journeys.definitions import Definition, VisitStep
from journeys.events import Skip
from journeys.shapes import read_back
from orchestrator.counts import Dropped, count_in
from orchestrator.store import audit, outbox
from orchestrator.store.markets import policy_of
from orchestrator.store.tables import Affiliation, DefinitionVersion, Enrolment, Organisation, Person, Task

ACCESS_FORBIDDEN = "access_forbidden"


@dataclass(frozen=True)
class Workplace:
    id: str
    name: str
    access: Access


@dataclass(frozen=True)
class Visiting:
    """How a person may be met face to face: by the most permissive of the places where they work, else by the market's rule."""

    form: MeetingForm
    access: Access
    workplaces: tuple[Workplace, ...]


async def visiting(session: AsyncSession, person: Person, form: MeetingForm) -> Visiting:
    """Read at this moment: an HCO's word counts as soon as it is on record."""
    active = (
        select(Organisation)
        .join(Affiliation, col(Affiliation.organisation_id) == col(Organisation.id))
        .where(Affiliation.person_id == person.id, Organisation.status == "active")
        .order_by(Organisation.name, Organisation.id)
    )
    found = (await session.exec(active)).unique().all()
    of = {market: await of_market(session, market) for market in {person.market, *(each.market for each in found)}}
    places = tuple(Workplace(each.id, each.name, access(form, said_by(each.visits), of[each.market])) for each in found)
    return Visiting(form, best((place.access for place in places), access(form, {}, of[person.market])), places)


async def of_market(session: AsyncSession, market: str) -> AccessRules:
    """What counts in the market where an HCO has said nothing."""
    policy = await policy_of(session, market)
    return policy.visits if policy is not None else {}


def said_by(stored: dict[str, str]) -> dict[MeetingForm, Access]:
    """An HCO's own rules as they are stored."""
    return {MeetingForm(form): Access(each) for form, each in stored.items()}


async def keep_out(session: AsyncSession, task: Task, step: object, person: Person) -> bool:
    """Have a visit skipped that can take place nowhere: it has no other channel than the room, and no HCO lets the rep in. Returns whether it is."""
    if not isinstance(step, VisitStep) or set(step.visit.channels) != {FACE_TO_FACE}:
        return False
    if (await visiting(session, person, step.visit.form)).access is not Access.NONE:
        return False
    count_in(session, Dropped.STEP, ACCESS_FORBIDDEN)
    skip = Skip(id=f"{audit.HOUSE}:access.{task.id}", by=audit.HOUSE, task=task.id, reason=ACCESS_FORBIDDEN)
    await outbox.command(session, task.enrolment_id, skip)
    return True


async def look_again(session: AsyncSession, concerned: ColumnElement[bool]) -> int:
    """Rules of access have changed: judge the open visits to the people for whom the condition holds anew. Returns how many are skipped."""
    version = (col(DefinitionVersion.journey) == col(Enrolment.journey)) & (col(DefinitionVersion.version) == col(Enrolment.version))
    wanted: Any = (
        select(Task, Person, DefinitionVersion.body)
        .join(Person, col(Person.id) == col(Task.person_id))
        .join(Enrolment, col(Enrolment.id) == col(Task.enrolment_id))
        .join(DefinitionVersion, version)
        .where(Task.kind == "visit", Task.status == "open", concerned)
        .order_by(col(Task.id))
    )
    skipped = 0
    for task, person, body in (await session.exec(wanted)).all():
        skipped += await keep_out(session, task, read_back(Definition, body).steps.get(task.step), person)
    return skipped


def works_at(organisation_id: str) -> ColumnElement[bool]:
    """Of a person: they work at that HCO."""
    return col(Person.id).in_(select(Affiliation.person_id).where(Affiliation.organisation_id == organisation_id))


def met_in(market: str) -> ColumnElement[bool]:
    """Of a person: they are of that market, or work at an HCO that is."""
    there = select(Affiliation.person_id).join(Organisation, col(Organisation.id) == col(Affiliation.organisation_id)).where(Organisation.market == market)
    return or_(col(Person.market) == market, col(Person.id).in_(there))
