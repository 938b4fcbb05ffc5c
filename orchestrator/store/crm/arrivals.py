"""What comes from a CRM: each row once by its id and time of change, in one transaction with the cursor that says how far was read. A row that cannot be used
stays visible, and holds up no other."""

from datetime import datetime
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.calls import CallWords
from journeys.commands import What
from journeys.facts import Wall
from orchestrator.counts import Dropped, count_in
from orchestrator.crm.port import Page
from orchestrator.crm.records import OURS, Arrived, ArrivedCall, ArrivedFeedback, Arriving, Cursor, Kind, Unreadable
from orchestrator.store import audit, calls
from orchestrator.store.crm import cursors
from orchestrator.store.crosswalk import user_of
from orchestrator.store.engine import UNREACHABLE, transaction
from orchestrator.store.tables import CrmArrival, CrmRecord, Enrolment, Task, TimelineEntry

TAKEN, OWN, UNFINISHED, UNREADABLE, UNKNOWN_SUGGESTION, FAILED = "taken", "own", "unfinished", "unreadable", "unknown_suggestion", "failed"

_NOT_YET = (UNFINISHED, UNREADABLE, UNKNOWN_SUGGESTION, FAILED)

log = structlog.get_logger()


class _Stands(NamedTuple):
    standing: str
    trouble: str | None = None
    task_id: str | None = None


class StoredArrivals:
    """`words` is how the CRM speaks of calls where its mapping says nothing."""

    def __init__(self, engine: AsyncEngine, crm: str, words: CallWords) -> None:
        self._engine, self._crm, self._words = engine, crm, words

    async def cursor(self, kind: Arriving, *, since: datetime, now: datetime) -> Cursor:
        """How far the CRM's list was read; begun there, where it was not."""
        async with transaction(self._engine) as session:
            await cursors.begin(session, self._crm, kind, at=since, now=now)
            return await cursors.read(session, self._crm, kind) or Cursor(at=since)

    async def take(self, kind: Arriving, page: Page, since: Cursor, *, real: datetime, now: datetime) -> bool:
        """Store a page that was read from this cursor on, and move it. False where somebody else has: then this one changes nothing."""
        async with transaction(self._engine) as session:
            row = await cursors.taken(session, self._crm, kind)
            if row is None or not cursors.stands(row, since):
                return False
            for arrived in page.rows:
                await self._take(session, kind, arrived, real=real, now=now)
            cursors.move(session, row, page.cursor, now=real)
            return True

    async def _take(self, session: AsyncSession, kind: Arriving, arrived: Arrived, *, real: datetime, now: datetime) -> None:
        known = await session.get(CrmArrival, (self._crm, kind, arrived.id))
        if known is not None and arrived.revised_at < known.revised_at:
            count_in(session, Dropped.CRM_ARRIVAL, calls.SUPERSEDED)
            return
        # Each look asks for the last minutes anew, so that the same comes again and is no repeat. But a CRM's stamp may be in seconds: after one that could
        # not be used yet, another may have come within the same.
        again = known is not None and arrived.revised_at == known.revised_at
        if known is not None and again and known.standing not in _NOT_YET:
            return
        try:
            async with session.begin_nested():
                stands = await self._judged(session, arrived, real=real, now=now)
        except UNREACHABLE:
            raise
        except (SQLAlchemyError, ValueError) as error:  # of this row alone: the others are stored all the same
            stands = _Stands(FAILED, type(error).__name__.lower())
        if known is not None and again and stands.standing == known.standing:
            return
        told: dict[str, Any] = {
            "revised_at": arrived.revised_at,
            "standing": stands.standing,
            "trouble": stands.trouble,
            "task_id": stands.task_id,
            "arrived_at": real,
        }
        session.add(known.sqlmodel_update(told) if known is not None else CrmArrival(crm=self._crm, kind=kind, crm_id=arrived.id, **told))
        await session.flush()
        if stands.standing != TAKEN:
            log.info("crm", crm=self._crm, kind=kind, crm_id=arrived.id, standing=stands.standing, trouble=stands.trouble)
            count_in(session, Dropped.CRM_ARRIVAL, stands.trouble or stands.standing)

    async def _judged(self, session: AsyncSession, arrived: Arrived, *, real: datetime, now: datetime) -> _Stands:
        match arrived:
            case Unreadable():
                return _Stands(UNREADABLE, arrived.trouble)
            case ArrivedFeedback():
                return await self._feedback(session, arrived, real=real, now=now)
            case ArrivedCall():
                return await self._call(session, arrived, now=now)

    async def _call(self, session: AsyncSession, call: ArrivedCall, *, now: datetime) -> _Stands:
        """What we wrote there ourselves comes back and is known already. A call that is not submitted has not taken place yet."""
        if (call.external_id or "").startswith(OURS) or await _by_crm_id(session, self._crm, Kind.CALL, call.id) is not None:
            return _Stands(OWN)
        if call.status == "unfinished":
            return _Stands(UNFINISHED)
        told = calls.ToldCall(
            source=self._crm,
            source_id=call.id,
            revised_at=call.revised_at,
            status=call.status,
            named={"source": self._crm, "value": call.account},
            rep=await user_of(session, self._crm, call.user) or call.user,
            product=call.product,
            channel=call.channel,
            outcome=call.outcome,
            at=call.at,
            notes=None,
        )
        if call.status == "cancelled" and not call.account and not await calls.told_before(session, told):
            return _Stands(UNFINISHED)
        report, _ = await calls.take(session, told, self._words, by=audit.HOUSE, now=now)
        return _Stands(TAKEN, report.reason or report.standing, report.task_id)

    async def _feedback(self, session: AsyncSession, feedback: ArrivedFeedback, *, real: datetime, now: datetime) -> _Stands:
        """Kept with the suggestion, the latest word, and told in the run's story, on commercial's side. It closes no task: only who met the HCP knows with what
        outcome."""
        row = await _by_crm_id(session, self._crm, Kind.SUGGESTION, feedback.suggestion)
        if row is None:
            return _Stands(UNKNOWN_SUGGESTION)
        if row.feedback_at is None or row.feedback_at <= feedback.revised_at:
            if (row.feedback, row.feedback_reason) != (feedback.answer, feedback.reason):
                await _tell(session, row, feedback, real=real, now=now)
            row.feedback, row.feedback_reason, row.feedback_at = feedback.answer, feedback.reason, feedback.revised_at
            session.add(row)
        return _Stands(TAKEN, feedback.answer, row.key)


async def _tell(session: AsyncSession, row: CrmRecord, feedback: ArrivedFeedback, *, real: datetime, now: datetime) -> None:
    task = await session.get(Task, row.key)
    run = await session.get(Enrolment, task.enrolment_id) if task is not None else None
    if task is None or run is None:
        return
    whose: dict[str, Any] = {"person_id": run.person_id, "enrolment_id": run.id, "journey": run.journey, "version": run.version, "side": Wall.COMMERCIAL}
    said: dict[str, Any] = {"what": What.FEEDBACK, "step": task.step, "key": task.id, "way": feedback.answer, "reason": feedback.reason}
    session.add(TimelineEntry(line=0, at=min(feedback.revised_at, now), arrived_at=real, **whose, **said))


async def _by_crm_id(session: AsyncSession, crm: str, kind: Kind, crm_id: str) -> CrmRecord | None:
    wanted = select(CrmRecord).where(CrmRecord.crm == crm, CrmRecord.kind == kind, CrmRecord.crm_id == crm_id)
    return (await session.exec(wanted)).first()
