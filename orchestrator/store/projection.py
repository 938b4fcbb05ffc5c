"""What one advance of a run means for the tables: its notes become timeline lines and the closing of tasks, its position the enrolment's; its acts
are done."""

from datetime import datetime
from uuid import uuid4

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.orders import Entry
from journeys.commands import NOT_CONTINUED, Note, What
from journeys.definitions import Purpose
from journeys.position import Position
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import turns
from orchestrator.store.acts import perform
from orchestrator.store.awaiting import tell_awaiting
from orchestrator.store.continuing import hand_over
from orchestrator.store.entering import locked
from orchestrator.store.knowing import assign_persona
from orchestrator.store.standings import stand
from orchestrator.store.tables import CallReport, Enrolment, Inquiry, PersonaAssignment, Task, TimelineEntry, Touch
from orchestrator.store.versions import settle_after_run

_PASSED_BY = (What.BLOCKED, What.EXHAUSTED, What.CANCELLED)
"""What a run leaves undone: a step whose touch is given up, one that was played often enough, one whose line is over."""


async def project(session: AsyncSession, entry: Entry, *, now: datetime) -> Enrolment | None:
    """Write an advance down once, under the enrolment's lock. Returns None where it had been written before."""
    locked = select(Enrolment).where(Enrolment.id == entry.enrolment).with_for_update()
    enrolment = (await session.exec(locked)).one()
    if entry.move <= enrolment.move:
        count_in(session, Dropped.ADVANCE, REPEATED)
        return None
    for act in entry.acts:  # first, because an end may hand over to a strategy whose entry asks for what was learnt
        await perform(session, enrolment, act, at=entry.at)
    for line, note in enumerate(entry.notes):
        task = await session.get(Task, note.key) if note.key is not None else None
        if note.what in _PASSED_BY:
            count_in(session, Dropped.STEP, note.reason or note.what)
        refused = await _apply(session, enrolment, task, note, entry)
        told = note if refused is None else note.model_copy(update={"way": NOT_CONTINUED + refused})
        session.add(_line(enrolment, task, await _with_channel(session, told), entry, line, now))
    _place(enrolment, entry)
    await stand(session, entry)
    session.add(enrolment)
    return enrolment


async def _apply(session: AsyncSession, enrolment: Enrolment, task: Task | None, note: Note, entry: Entry) -> str | None:
    """Returns why the HCP was not handed over, where the run ended with that."""
    match note.what:
        case What.TASK_CLOSED if task is not None:
            await _close(session, enrolment, task, note, entry.at)
        case What.SNOOZED if task is not None:
            task.snoozed_until, task.due = note.until, _due(entry.position, task)
        case What.REASSIGNED if task is not None:
            task.assignee = note.to
            if task.inquiry_id is not None:
                (await session.get_one(Inquiry, task.inquiry_id)).assignee = note.to
        case What.HELD | What.BLOCKED | What.SENT if task is not None:
            task.reason = note.reason  # what became of what the rep released
        case What.PERSONA_CONFIRMED | What.PERSONA_CORRECTED:
            await _assign_persona(session, enrolment, note, entry.at)
        case What.ENDED:
            return await _end(session, enrolment, entry)
        case _:
            pass
    return None


async def _close(session: AsyncSession, enrolment: Enrolment, task: Task, note: Note, at: datetime) -> None:
    task.status, task.outcome, task.reason = note.to or "done", note.way, note.reason
    task.channel, task.closed_at, task.closed_by = note.channel, at, note.by
    if task.kind == "visit" and task.status == "done":
        told = (await session.exec(select(CallReport.at).where(CallReport.task_id == task.id, CallReport.standing == "completed"))).first()
        session.add(_call(enrolment, task, told or at))
    if task.inquiry_id is not None and task.outcome is not None:
        inquiry = await session.get_one(Inquiry, task.inquiry_id)
        if inquiry.closed_at is None:
            inquiry.status, inquiry.closed_at = task.outcome, at


def _call(enrolment: Enrolment, task: Task, at: datetime) -> Touch:
    """A rep's call is a touch like any other and counts towards the cap; one that the CRM told of later counts at its own time."""
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
    said = PersonaAssignment(
        id=uuid4().hex,
        person_id=enrolment.person_id,
        persona=note.to or "",
        by=note.by or "",
        reason=note.what,
        remark_id=note.remark,
        enrolment_id=enrolment.id,
        at=at,
    )
    await assign_persona(session, said, told=f"persona.{enrolment.id}.{note.key}")


async def _end(session: AsyncSession, enrolment: Enrolment, entry: Entry) -> str | None:
    ended = entry.position.ended
    if ended is None:
        return None
    enrolment.status, enrolment.ended_at = "ended", entry.at
    enrolment.end_kind, enrolment.end_reason = ended.kind, ended.reason
    await tell_awaiting(session, enrolment, ended.kind)
    await session.flush()
    await locked(session, enrolment.person_id)
    had_a_turn = await turns.give_up(session, enrolment)
    refused = await hand_over(session, enrolment, ended.continue_with, now=entry.at) if ended.continue_with is not None else None
    if had_a_turn:
        await turns.settle(session, enrolment.person_id, market=enrolment.market, now=entry.at)
    # Last, because whoever enters locks the person first and the version after it.
    await session.flush()
    await settle_after_run(session, (enrolment.journey, enrolment.version), now=entry.at)
    return refused


async def _with_channel(session: AsyncSession, note: Note) -> Note:
    """What became of a touch is told with the channel by which it went, or would have gone."""
    if note.what not in (What.SENT, What.HELD, What.BLOCKED, What.HEARD) or note.key is None:
        return note
    touch = await session.get(Touch, note.key)
    return note if touch is None else note.model_copy(update={"channel": touch.channel})


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


def _due(position: Position, task: Task) -> datetime:
    """When a task that was put off is due: its line says so, for the run itself may wake earlier for another line."""
    own = next((line.until for line in position.lines if line.key == task.id), position.until)
    return own or task.due
