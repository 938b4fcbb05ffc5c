"""Reports of calls from a CRM: days late, out of order, corrected, cancelled. A call completes the visit that it was, once; else it is a touch by itself."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import structlog
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.access import Access
from journeys.calls import Call, CallWords, Visit, matching
from journeys.content import FACE_TO_FACE
from journeys.definitions import Definition, Purpose, VisitStep
from journeys.events import Complete
from journeys.safety_words import screen
from journeys.shapes import read_back
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import outbox
from orchestrator.store.crosswalk import person_known, user_known, user_of
from orchestrator.store.desk.adding import added
from orchestrator.store.entering import locked
from orchestrator.store.events import LATE, UNKNOWN_PERSON, person_of
from orchestrator.store.repeats import repeated
from orchestrator.store.safety import About, flag
from orchestrator.store.tables import CallReport, CallRevision, DefinitionVersion, Enrolment, Person, Remark, Task, Touch
from orchestrator.store.visiting import ACCESS_FORBIDDEN, visiting

COMPLETED, RECORDED, CANCELLED = "completed", "recorded", "cancelled"
"""Standings, besides `unknown_person`."""
NO_TASK, CLOSED, UNKNOWN_OUTCOME, UNKNOWN_CHANNEL, UNKNOWN_REP, TASK_COMPLETED = (
    "no_task",
    "closed",
    "unknown_outcome",
    "unknown_channel",
    "unknown_rep",
    "task_completed",
)
SUPERSEDED = "superseded"
_CANCELLED_TOUCH = "cancelled"
"""The state of a touch that turned out not to have been: it counts as no pressure."""

log = structlog.get_logger()


class ToldCall(NamedTuple):
    """One revision of a call, as its source told it."""

    source: str
    source_id: str
    revised_at: datetime
    status: str
    named: dict[str, str]
    """By which ids the person is named."""
    rep: str
    product: str
    channel: str
    outcome: str | None
    at: datetime
    notes: str | None

    @property
    def digest(self) -> str:
        """What tells two revisions apart. The words go into it and cannot be read from it."""
        return hashlib.sha256(repr(tuple(self)).encode()).hexdigest()[:40]


async def take(session: AsyncSession, told: ToldCall, words: CallWords, *, by: str, now: datetime) -> tuple[CallReport, bool]:
    """Take one revision. Returns the call as it is on record, and whether this changed nothing."""
    person_id = await person_of(session, person=told.named.get("person"), source=told.named.get("source"), value=told.named.get("value"))
    if person_id is not None:
        await locked(session, person_id)
    new = CallReport(id=_id_of(told), standing=UNKNOWN_PERSON, **_of(told, words), arrived_at=now, judged_at=now)
    first = await added(session, new)
    row = await session.get_one(CallReport, new.id, with_for_update=True)
    revision = CallRevision(
        id=uuid5(NAMESPACE_URL, f"{row.id}\n{told.digest}").hex,
        report_id=row.id,
        digest=told.digest,
        revised_at=told.revised_at,
        told={"status": told.status, "product": told.product, "channel": told.channel, "outcome": told.outcome, "at": told.at.isoformat()},
        standing=row.standing,
        arrived_at=now,
    )
    if not await added(session, revision):
        count_in(session, Dropped.CALL_REPORT, REPEATED)
        await repeated(session, "call", told.source, told.source_id, now=now)
        return row, True
    if not first and told.revised_at < row.revised_at:
        count_in(session, Dropped.CALL_REPORT, SUPERSEDED)
        return row, True
    if not first and told.status == CANCELLED:  # what it was stays on record: one that was deleted may have lost that at the CRM
        row.status, row.revised_at = told.status, told.revised_at
    elif not first:
        row.sqlmodel_update(_of(told, words))
    row.rep = await user_of(session, row.source, told.rep) or (row.rep if told.status == CANCELLED else None)
    await _keep_words(session, row, told, person_id, by=by, now=now)
    row.late = now - told.at > LATE
    await judge(session, row, person_id, words, now=now)
    return row, False


async def told_before(session: AsyncSession, told: ToldCall) -> bool:
    """Whether the call was told before."""
    return await session.get(CallReport, _id_of(told)) is not None


def _id_of(told: ToldCall) -> str:
    return uuid5(NAMESPACE_URL, f"call\n{told.source}\n{told.source_id}").hex


async def judge(session: AsyncSession, row: CallReport, person_id: str | None, words: CallWords, *, now: datetime) -> None:
    """Do what follows from the call as it stands now. The person, where known, is locked."""
    row.judged_at = now
    if "rep" in row.named:
        row.rep = await user_of(session, row.source, row.named["rep"])
    if row.status == CANCELLED:  # whoever it is said to have been with by now
        row.person_id = person_id or row.person_id
        await _cancel(session, row)
    elif row.standing != COMPLETED:  # a visit is completed once: what is corrected after that, the person too, is on record
        row.person_id = person_id
        if person_id is None:
            await _forget_touch(session, row)
            row.standing, row.reason = UNKNOWN_PERSON, None
        else:
            await _follow(session, row, person_id, words, now)
    _forget_names(row)
    session.add(row)
    await session.flush()
    if row.standing != COMPLETED:
        reason = row.reason or row.standing
        log.info("call", report_id=row.id, standing=row.standing, reason=reason)
        count_in(session, Dropped.CALL_REPORT, reason)


async def judge_again(
    session: AsyncSession, words: Mapping[str, CallWords], *, source: str | None, most: int, now: datetime, known: bool = False
) -> Counter[str]:
    """Look again at calls with people, or by reps, whom nobody knew: those first that were looked at longest ago; with `known`, those alone of whom more is
    known by now. One of which nothing more is known stays as it is."""
    wanted = select(CallReport.id).where(or_(col(CallReport.standing) == UNKNOWN_PERSON, col(CallReport.reason) == UNKNOWN_REP))
    if source is not None:
        wanted = wanted.where(CallReport.source == source)
    if known:
        wanted = wanted.where(or_(person_known(CallReport.named), user_known(CallReport.source, CallReport.named)))
    standing: Counter[str] = Counter()
    for report_id in (await session.exec(wanted.order_by(col(CallReport.judged_at), col(CallReport.id)).limit(most))).all():
        row = await session.get_one(CallReport, report_id)
        person_id = row.person_id or await person_of(session, **_person_named(row))
        if person_id is not None:
            await locked(session, person_id)  # before the call itself, as when it is told
        await session.refresh(row, with_for_update=True)
        row.judged_at = now
        rep = row.rep or await user_of(session, row.source, row.named.get("rep", ""))
        if person_id is not None and (row.standing == UNKNOWN_PERSON or (row.reason == UNKNOWN_REP and rep is not None)):
            await judge(session, row, person_id, words.get(row.source, CallWords()), now=now)
        standing[row.standing] += 1
    return standing


def _person_named(row: CallReport) -> dict[str, str | None]:
    return {name: row.named.get(name) for name in ("person", "source", "value")}


def _forget_names(row: CallReport) -> None:
    """The ids by which the source named somebody are kept until we know who that is."""
    known = {"person", "source", "value"} if row.person_id is not None else set()
    known |= {"rep"} if row.rep is not None else set()
    row.named = {name: value for name, value in row.named.items() if name not in known}


def _of(told: ToldCall, words: CallWords) -> dict[str, Any]:
    return {
        "source": told.source,
        "source_id": told.source_id,
        "revised_at": told.revised_at,
        "status": told.status,
        "named": {**told.named, "rep": told.rep},
        "product": told.product,
        "channel": words.channel(told.channel) or "other",
        "outcome": words.outcome(told.outcome),
        "hints": [],
        "at": told.at,
    }


async def _follow(session: AsyncSession, row: CallReport, person_id: str, words: CallWords, now: datetime) -> None:
    """Complete the visit that the call was; where there is none that it may complete, the call is a touch by itself."""
    call = Call(row.product, row.rep, row.at)
    asked = await _visits(session, person_id, row)
    visits = matching(call, [visit for visit, task, _ in asked if task.status == "open"], words)
    of = {visit.task: (task, step) for visit, task, step in asked}
    reason = UNKNOWN_REP if row.rep is None else NO_TASK
    for visit in visits:
        task, step = of[visit.task]
        trouble = _trouble(row, step)
        if trouble is None:
            command = Complete(id=f"call:{row.id}", by=row.rep or "", remark=row.remark_id, task=task.id, outcome=row.outcome or "", channel=row.channel)
            await outbox.command(session, task.enrolment_id, command)
            await _forget_touch(session, row)
            row.standing, row.reason, row.task_id = COMPLETED, await _against(session, row, person_id, step), task.id
            return
        reason = trouble
    done = matching(call, [visit for visit, task, _ in asked if task.status == "done"], words)
    row.standing, row.reason = RECORDED, reason
    if done and not visits:  # the rep told of it here as well: it counts already, as the visit that was done
        await _forget_touch(session, row)
        row.reason, row.task_id = CLOSED, done[0].task
        return
    if not visits and matching(call, [visit for visit, _, _ in asked], words):
        row.reason = CLOSED
    await _touch(session, row, person_id, now)


async def _visits(session: AsyncSession, person_id: str, row: CallReport) -> list[tuple[Visit, Task, VisitStep]]:
    """Every visit to the person that no other call has completed, open or not."""
    claimed = select(CallReport.task_id).where(col(CallReport.task_id).is_not(None), CallReport.id != row.id)
    version = (col(DefinitionVersion.journey) == col(Enrolment.journey)) & (col(DefinitionVersion.version) == col(Enrolment.version))
    wanted = (
        select(Task, Enrolment.product, DefinitionVersion.body)
        .join(Enrolment, col(Enrolment.id) == col(Task.enrolment_id))
        .join(DefinitionVersion, version)
        .where(Task.person_id == person_id, Task.kind == "visit", col(Task.id).not_in(claimed))
    )
    found = []
    for task, product, body in await session.exec(wanted):
        step = read_back(Definition, body).steps.get(task.step)
        if isinstance(step, VisitStep):
            found.append((Visit(task.id, product, task.assignee, task.opened_at, task.due), task, step))
    return found


def _trouble(row: CallReport, step: VisitStep) -> str | None:
    """Why the call, which was this visit, cannot complete it as it is told."""
    if row.outcome not in step.visit.outcomes:
        return UNKNOWN_OUTCOME
    return UNKNOWN_CHANNEL if row.channel not in step.visit.channels else None


async def _against(session: AsyncSession, row: CallReport, person_id: str, step: VisitStep) -> str | None:
    """What took place is taken as it was; that it took place where no rep is received is shown."""
    if row.channel != FACE_TO_FACE:
        return None
    found = await visiting(session, await session.get_one(Person, person_id), step.visit.form)
    return ACCESS_FORBIDDEN if found.access is Access.NONE else None


async def _touch(session: AsyncSession, row: CallReport, person_id: str, now: datetime) -> None:
    """The call as a touch: contact pressure at its own time."""
    touch = await session.get(Touch, f"call.{row.id}")
    if touch is None:
        told: dict[str, Any] = {"step": "", "channel": row.channel, "purpose": Purpose.PROMOTIONAL, "product": row.product, "state": "accepted", "at": row.at}
        touch = Touch(key=f"call.{row.id}", person_id=person_id, enrolment_id=None, settled_at=now, sent_by=row.rep, **told)
    touch.state, touch.channel, touch.product, touch.at, touch.sent_by = "accepted", row.channel, row.product, row.at, row.rep
    touch.person_id = person_id  # the CRM may have corrected with whom it was
    session.add(touch)
    await session.flush()
    row.touch_key = touch.key


async def _forget_touch(session: AsyncSession, row: CallReport) -> None:
    touch = await session.get(Touch, row.touch_key) if row.touch_key is not None else None
    if touch is not None:
        touch.state = _CANCELLED_TOUCH
        session.add(touch)


async def _cancel(session: AsyncSession, row: CallReport) -> None:
    """It did not take place. A touch that was counted for it counts no more; a journey that moved on by it cannot be turned back, and that is shown."""
    row.reason = TASK_COMPLETED if row.standing == COMPLETED or row.reason == TASK_COMPLETED else None
    row.standing = CANCELLED
    await _forget_touch(session, row)


async def _keep_words(session: AsyncSession, row: CallReport, told: ToldCall, person_id: str | None, *, by: str, now: datetime) -> None:
    """Keep the rep's words apart, and look through them for words of safety: nobody can be asked."""
    if not told.notes:
        return
    remark = Remark(id=uuid5(NAMESPACE_URL, f"{row.id}\n{told.digest}\nnotes").hex, by=by, words=told.notes, at=now)
    await added(session, remark)
    row.remark_id = remark.id
    person = await session.get(Person, person_id) if person_id is not None else None
    row.hints = sorted({hit.code for hit in screen(told.notes, person.language if person is not None else None)})
    language = person.language if person is not None else None
    whom = About(person_id, told.product)
    await flag(
        session, id=remark.id, report=f"call_report:{row.id}", words=told.notes, language=language, about=whom, by=row.rep or by, now=min(told.at, now)
    )  # day 0 is the call's
    if row.hints:
        log.warning("safety", report_id=row.id, hints=len(row.hints))
        count_in(session, Dropped.CALL_REPORT, "safety_words")
