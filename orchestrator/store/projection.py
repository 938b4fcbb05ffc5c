"""What one advance of a run means for the tables: its notes become timeline lines and the closing of tasks, its position the enrolment's."""

from datetime import datetime
from uuid import uuid4

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.orders import Entry
from journeys.commands import Note, What
from journeys.definitions import Purpose
from journeys.events import FactsChanged
from orchestrator.store import outbox
from orchestrator.store.tables import CommercialProfile, DefinitionVersion, Enrolment, Inquiry, PersonaAssignment, Task, TimelineEntry, Touch


async def project(session: AsyncSession, entry: Entry, *, now: datetime) -> Enrolment | None:
    """Write an advance down once, under the enrolment's lock. Returns None where it had been written before."""
    locked = select(Enrolment).where(Enrolment.id == entry.enrolment).with_for_update()
    enrolment = (await session.exec(locked)).one()
    if entry.move <= enrolment.move:
        return None
    for line, note in enumerate(entry.notes):
        task = await session.get(Task, note.key) if note.key is not None else None
        await _apply(session, enrolment, task, note, entry)
        session.add(_line(enrolment, task, note, entry, line, now))
    _place(enrolment, entry)
    session.add(enrolment)
    return enrolment


async def _apply(session: AsyncSession, enrolment: Enrolment, task: Task | None, note: Note, entry: Entry) -> None:
    match note.what:
        case What.TASK_CLOSED if task is not None:
            await _close(session, enrolment, task, note, entry.at)
        case What.SNOOZED if task is not None:
            task.snoozed_until, task.due = note.until, entry.position.until or task.due
        case What.REASSIGNED if task is not None:
            task.assignee = note.to
        case What.PERSONA_CONFIRMED | What.PERSONA_CORRECTED:
            await _assign_persona(session, enrolment, note, entry.at)
        case What.ENDED:
            await _end(session, enrolment, entry)
        case _:
            pass


async def _close(session: AsyncSession, enrolment: Enrolment, task: Task, note: Note, at: datetime) -> None:
    task.status, task.outcome, task.reason = note.to or "done", note.way, note.reason
    task.channel, task.closed_at, task.closed_by = note.channel, at, note.by
    if task.kind == "visit" and task.status == "done":
        session.add(_call(enrolment, task, at))
    if task.inquiry_id is not None and task.outcome is not None:
        inquiry = await session.get_one(Inquiry, task.inquiry_id)
        inquiry.status, inquiry.closed_at = task.outcome, at


def _call(enrolment: Enrolment, task: Task, at: datetime) -> Touch:
    """A rep's call is a touch like any other and counts towards the cap."""
    return Touch(
        key=task.id,
        person_id=task.person_id,
        enrolment_id=enrolment.id,
        step=task.step,
        channel=task.channel or "visit",
        purpose=Purpose.PROMOTIONAL,
        product=enrolment.product,
        state="accepted",
        sent_by=task.closed_by,
        at=at,
        settled_at=at,
    )


async def _assign_persona(session: AsyncSession, enrolment: Enrolment, note: Note, at: datetime) -> None:
    """Keep who said it and why; a corrected persona is told to the person's other runs."""
    profile = await session.get(CommercialProfile, enrolment.person_id) or CommercialProfile(person_id=enrolment.person_id, updated_at=at)
    session.add(
        PersonaAssignment(
            id=uuid4().hex,
            person_id=enrolment.person_id,
            persona=note.to or "",
            previous=profile.persona,
            by=note.by or "",
            reason=note.what,
            remark_id=note.remark,
            enrolment_id=enrolment.id,
            at=at,
        )
    )
    if profile.persona != note.to:
        profile.persona, profile.updated_at = note.to, at
        session.add(profile)
        fact = FactsChanged(id=f"persona.{enrolment.id}.{note.key}", facts={"persona": note.to})
        await outbox.tell_person(session, enrolment.person_id, fact)


async def _end(session: AsyncSession, enrolment: Enrolment, entry: Entry) -> None:
    ended = entry.position.ended
    if ended is None:
        return
    enrolment.status, enrolment.ended_at = "ended", entry.at
    enrolment.end_kind, enrolment.end_reason = ended.kind, ended.reason
    if ended.continue_with is not None:
        await session.flush()
        await _hand_over(session, enrolment, ended.continue_with, entry.at)


async def _hand_over(session: AsyncSession, enrolment: Enrolment, persona: str, at: datetime) -> None:
    """Enrol the HCP in the latest strategy of another persona for the same product, unless one is running already."""
    strategies = (
        select(DefinitionVersion)
        .where(DefinitionVersion.persona == persona, DefinitionVersion.product == enrolment.product)
        .order_by(DefinitionVersion.version.desc())  # type: ignore[attr-defined]
    )
    strategy = (await session.exec(strategies)).first()
    if strategy is None:
        return
    running = select(Enrolment.id).where(Enrolment.person_id == enrolment.person_id, Enrolment.journey == strategy.journey, Enrolment.status != "ended")
    if (await session.exec(running)).first() is not None:
        return
    following = Enrolment(
        id=f"enr{uuid4().hex}",
        journey=strategy.journey,
        version=strategy.version,
        digest=strategy.digest,
        created_at=at,
        continued_from=enrolment.id,
        **enrolment.model_dump(include={"person_id", "product", "purpose", "market", "territory_id", "conductor", "created_by"}),
    )
    session.add(following)
    await session.flush()
    await outbox.start(session, following.id)


def _line(enrolment: Enrolment, task: Task | None, note: Note, entry: Entry, line: int, now: datetime) -> TimelineEntry:
    told = note.model_dump(exclude={"is_", "remark"})
    return TimelineEntry(
        person_id=enrolment.person_id,
        enrolment_id=enrolment.id,
        journey=enrolment.journey,
        version=enrolment.version,
        move=entry.move,
        line=line,
        side="open" if task is not None and task.side == "medical" else "commercial",
        remark_id=note.remark,
        at=entry.at,
        arrived_at=now,
        **told,
    )


def _place(enrolment: Enrolment, entry: Entry) -> None:
    place = entry.position
    enrolment.move = entry.move
    enrolment.step, enrolment.doing, enrolment.since = place.step, place.doing, place.since
    enrolment.until, enrolment.held_because = place.until, place.reason
