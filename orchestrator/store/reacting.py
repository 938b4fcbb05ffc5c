"""What follows from an event of the outside: those runs of the person are told that something of it concerns, and the journeys that it opens are entered.
Every other run is left alone, so that a noisy source cannot grow a history; what is refused is kept with its reason."""

from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.ports import NotEnrolled
from journeys.conducting.memory import fits
from journeys.definitions import Definition, ExitEvent, Wait, WaitStep
from journeys.events import Happened
from journeys.facts import Wall
from journeys.shapes import read_back
from journeys.state import EndKind, Entered, Occurrence
from orchestrator.counts import Dropped, count_in
from orchestrator.store import outbox, turns
from orchestrator.store.entering import Entrance, enter, leave_queue, locked
from orchestrator.store.stimuli import Kind, moved_by
from orchestrator.store.tables import DefinitionVersion, Enrolment, EventEffect, OutsideEvent, Stimulus

log = structlog.get_logger()


async def react(session: AsyncSession, event: OutsideEvent, person_id: str, *, wall: Wall, now: datetime) -> None:
    """Behind the person's lock: tell the runs there are, then enter those there are not, so that no run is told the event that it began with. What is
    medical moves no journey: a step's way would tell sales of it."""
    if wall is Wall.MEDICAL:
        log.info("dropped", what="event", event_id=event.id, reason="firewall")
        count_in(session, Dropped.EVENT, "firewall")
        return
    await locked(session, person_id)
    occurrence = Occurrence(id=event.id, event=event.event, key=event.key, fields=event.fields)
    listening = await _listening(session, person_id, event.event)
    concerned = [await _tell(session, enrolment, definition, occurrence, now) for enrolment, definition in listening]
    for definition in await moved_by(session, Kind.ENTERS, event.event, now=now):
        if definition.entry.on is not None and fits(None, occurrence, definition.entry.on.where, same_key=False):
            concerned.append(True)
            await _enter(session, person_id, definition, occurrence, now)
    if not any(concerned):
        count_in(session, Dropped.EVENT, "concerns_nobody")
    await session.flush()


def concerns(definition: Definition, entered: Entered | None, occurrence: Occurrence) -> bool:
    """Whether a run of the journey could wait for this very event, now or later, or leaves by it."""
    return any(fits(entered, occurrence, asked.where, same_key=asked.same_key) for asked in _asked(definition) if asked.event == occurrence.event)


async def entered_by(session: AsyncSession, event_id: str | None) -> Entered | None:
    """The event that entered an HCP, as the run is to know it."""
    row = await session.get(OutsideEvent, event_id) if event_id is not None else None
    return Entered(event=row.event, key=row.key, fields=row.fields) if row is not None else None


def _asked(definition: Definition) -> Iterator[ExitEvent | Wait]:
    yield from definition.exit_on
    yield from (step.wait for step in definition.steps.values() if isinstance(step, WaitStep))


async def _listening(session: AsyncSession, person_id: str, event: str) -> list[tuple[Enrolment, Definition]]:
    """The person's runs whose version names the event."""
    version = (col(DefinitionVersion.journey) == col(Enrolment.journey)) & (col(DefinitionVersion.version) == col(Enrolment.version))
    named = (col(Stimulus.journey) == col(Enrolment.journey)) & (col(Stimulus.version) == col(Enrolment.version))
    wanted = (
        select(Enrolment, DefinitionVersion.body)
        .join(Stimulus, named)
        .join(DefinitionVersion, version)
        .where(Enrolment.person_id == person_id, Enrolment.status != "ended", Stimulus.kind == Kind.TELLS, Stimulus.event == event)
        .order_by(Enrolment.id)
    )
    return [(enrolment, read_back(Definition, body)) for enrolment, body in await session.exec(wanted)]


async def _tell(session: AsyncSession, enrolment: Enrolment, definition: Definition, occurrence: Occurrence, now: datetime) -> bool:
    """Whether the event is any business of the run's."""
    entered = await entered_by(session, enrolment.event_id)
    if not concerns(definition, entered, occurrence):
        return False
    if enrolment.status == turns.QUEUED:
        await _tell_queued(session, enrolment, definition, entered, occurrence, now)
        return True
    happened = Happened(id=occurrence.id, event=occurrence.event, key=occurrence.key, fields=occurrence.fields)
    await outbox.tell(session, enrolment.id, happened)
    session.add(EventEffect(event_id=occurrence.id, enrolment_id=enrolment.id, journey=enrolment.journey, effect="told"))
    return True


async def _tell_queued(
    session: AsyncSession, enrolment: Enrolment, definition: Definition, entered: Entered | None, occurrence: Occurrence, now: datetime
) -> None:
    """A run that has not begun leaves the queue by an event that it leaves by; one that it would wait for comes too early for it."""
    leaves = any(end.event == occurrence.event and fits(entered, occurrence, end.where, same_key=end.same_key) for end in definition.exit_on)
    effect = EventEffect(event_id=occurrence.id, enrolment_id=enrolment.id, journey=enrolment.journey, effect="refused", reason="not_begun")
    if leaves:
        await leave_queue(session, enrolment, kind=EndKind.EXIT_EVENT, reason=occurrence.event, now=now)
        effect.effect, effect.reason = "left", None
    else:
        count_in(session, Dropped.EVENT, "not_begun")
    session.add(effect)


async def _enter(session: AsyncSession, person_id: str, definition: Definition, occurrence: Occurrence, now: datetime) -> None:
    hcp = await locked(session, person_id)
    entered = await enter(session, hcp, definition, Entrance(key=occurrence.key, event_id=occurrence.id), now=now)
    if isinstance(entered, NotEnrolled):
        log.info("dropped", what="entry by event", event_id=occurrence.id, journey=definition.journey, reason=entered.code)
        count_in(session, Dropped.ENTRY_BY_EVENT, entered.code)
        session.add(EventEffect(event_id=occurrence.id, journey=definition.journey, effect="refused", reason=entered.code))
        return
    effect = "queued" if entered.status == turns.QUEUED else "entered"
    session.add(EventEffect(event_id=occurrence.id, enrolment_id=entered.id, journey=definition.journey, effect=effect))
