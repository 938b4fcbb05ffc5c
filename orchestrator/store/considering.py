"""What follows when something else becomes known of an HCP: the runs that it concerns are told, and the journeys that enter by themselves are considered.
Whoever changes a fact calls `changed`, in the transaction of the change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.ports import NotEnrolled
from journeys.conductor import eligible
from journeys.definitions import Definition, Purpose
from journeys.events import CalendarDrawn, FactsChanged
from journeys.shapes import read_back
from orchestrator.counts import Dropped, count_in
from orchestrator.store import invitations, outbox
from orchestrator.store.entering import Entrance, enter, locked
from orchestrator.store.facts import has_objected, load_facts
from orchestrator.store.markets import calendar_for, policy_of
from orchestrator.store.stimuli import Kind, moved_by
from orchestrator.store.tables import DefinitionVersion, Enrolment, Person

OBJECTED = "objected"

log = structlog.get_logger()


async def changed(session: AsyncSession, person_id: str, names: Iterable[str], *, id: str, now: datetime, but: str | None = None) -> None:  # noqa: A002 - the fact's
    """These facts of the person stand differently now; `id` names the change, `but` the run that it comes from."""
    await session.flush()
    names = tuple(names)
    await invitations.follow(session, person_id, names, now=now)
    await tell_runs(session, person_id, names, id=id, now=now, but=but)
    await consider(session, person_id, now=now)


async def tell_runs(session: AsyncSession, person_id: str, names: Iterable[str], *, id: str, now: datetime, but: str | None = None) -> None:  # noqa: A002 - likewise
    """Tell the person's runs how these facts stand now. A run that names none of them is not told: its history does not grow by what is nothing to it."""
    names = tuple(names)
    for enrolment_id, product, definition in await _runs(session, person_id):
        if enrolment_id != but and (definition is None or set(names) & set(definition.facts)):
            facts = await load_facts(session, person_id, names, now=now, product=product)
            await outbox.tell(session, enrolment_id, FactsChanged(id=id, facts=facts))


async def draw_calendar(session: AsyncSession, person: Person, *, id: str, now: datetime) -> None:  # noqa: A002 - likewise
    """The person is in another zone or market now: tell the runs by which calendar they go on."""
    calendar = await calendar_for(session, person, await policy_of(session, person.market), now=now)
    await outbox.tell_person(session, person.id, CalendarDrawn(id=id, calendar=calendar))


async def consider(session: AsyncSession, person_id: str, *, now: datetime) -> None:
    """Enter the person in each journey that enters by itself and whose entry condition the person meets now. A refusal is counted by its reason. Who
    objected to direct marketing is not considered for promotion at all: choosing whom to promote to is profiling (GDPR Art. 21(2))."""
    automatic = await moved_by(session, Kind.AUTOMATIC, now=now)
    if not automatic:
        return
    hcp = await locked(session, person_id)
    if await has_objected(session, person_id):
        others = [definition for definition in automatic if definition.purpose is not Purpose.PROMOTIONAL]
        count_in(session, Dropped.ENTRY_BY_CONDITION, OBJECTED, times=len(automatic) - len(others))
        automatic = others
    for definition in automatic:
        facts = await load_facts(session, person_id, definition.facts, now=now, product=definition.product)
        if eligible(definition, facts):
            entered = await enter(session, hcp, definition, Entrance(), now=now)
            if isinstance(entered, NotEnrolled):
                log.info("dropped", what="entry by condition", journey=definition.journey, person=person_id, reason=entered.code)
                count_in(session, Dropped.ENTRY_BY_CONDITION, entered.code)


async def _runs(session: AsyncSession, person_id: str) -> list[tuple[str, str, Definition | None]]:
    """The person's runs that are being played, each with its product and its definition, where that is on record."""
    version = (col(DefinitionVersion.journey) == col(Enrolment.journey)) & (col(DefinitionVersion.version) == col(Enrolment.version))
    wanted = (
        select(Enrolment.id, Enrolment.product, DefinitionVersion.body)
        .join(DefinitionVersion, version, isouter=True)
        .where(Enrolment.person_id == person_id, col(Enrolment.status).in_(("requested", "running")))
        .order_by(Enrolment.id)
    )
    found: Any = (await session.exec(wanted)).all()
    return [(enrolment_id, product, read_back(Definition, body) if body is not None else None) for enrolment_id, product, body in found]
