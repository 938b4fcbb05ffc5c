"""Runs in trouble, by age and reason, and what operators do about them, one at a time or in bulk. Every act is audited."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, null, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from api.idempotency import Once
from api.paging import Batch, Slice
from api.schemas.operations import OperationLine, Repair, RepairMany, TroubleLine
from api.who import Who
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit
from orchestrator.store.desk.operations import line_of
from orchestrator.store.engine import transaction
from orchestrator.store.operations import begin
from orchestrator.store.tables import Enrolment, Operation, StandingRow

UNDER_WAY = ("sending", "passing", "ready")
LONG = timedelta(minutes=10)
"""How long, in journey time, an effect may be under way before its line is listed."""


class StoredRepairs:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(
        self, *, kind: str | None, journey: str | None, reason: str | None, since_before: datetime | None, now: datetime, cut: Slice
    ) -> Batch[TroubleLine]:
        order = (col(StandingRow.since), col(StandingRow.key))
        wanted = _lines().where(_in_trouble(kind, now)).order_by(*order).limit(cut.limit + 1)
        for condition in _asked(journey=journey, reason=reason, since_before=since_before):
            wanted = wanted.where(condition)
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > (cut.after.instant(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            rows = [_told(enrolment, row) for enrolment, row in await session.exec(wanted)]
        return Batch.of(rows, cut, lambda row: (row.since, row.passage))

    async def begin(self, who: Who, repair: RepairMany, *, remark: str, once: Once, now: datetime) -> OperationLine:
        operation_id = once.id("operation")
        async with transaction(self._engine) as session:
            made = await session.get(Operation, operation_id)
            if made is not None:
                count_in(session, Dropped.REQUEST, REPEATED)
                return await line_of(session, made)
            filters = repair.model_dump(mode="json", include={"journey", "at_step", "held_because", "since_before"}, exclude_none=True)
            operation = Operation(
                id=operation_id,
                kind=repair.action,
                subject=f"journey:{repair.journey}",
                orders={"step": repair.step, "filters": filters},
                reason=repair.reason,
                remark_id=remark,
                by=who.id,
                per_second=repair.per_second,
                created_at=now,
            )
            concerned = await begin(session, operation, _chosen(repair, now))
            details = {"operation": operation_id, "concerned": concerned, "step": repair.step, **filters}
            action, subject = f"run.{repair.action}", operation.subject
            await audit.record(session, by=who.id, role=who.role, action=action, subject=subject, reason=repair.reason, details=details, now=now)
            return await line_of(session, operation)

    async def note(self, who: Who, enrolment_id: str, repair: Repair, *, remark: str, now: datetime) -> None:
        details = {"passage": repair.passage, "step": repair.step, "remark": remark}
        subject = f"enrolment:{enrolment_id}"
        async with transaction(self._engine) as session:
            await audit.record(
                session, by=who.id, role=who.role, action=f"run.{repair.action}", subject=subject, reason=repair.reason, details=details, now=now
            )


def _lines() -> Any:
    return select(Enrolment, StandingRow).join(StandingRow, col(StandingRow.enrolment_id) == col(Enrolment.id)).where(Enrolment.status != "ended")


def _in_trouble(kind: str | None, now: datetime) -> ColumnElement[bool]:
    held = col(StandingRow.doing) == "held"
    overdue = (col(StandingRow.until) < now - LONG) & (col(StandingRow.doing) != "held") & (col(Enrolment.doing) != "paused")
    stuck = col(StandingRow.doing).in_(UNDER_WAY) & (col(StandingRow.since) < now - LONG) & (col(Enrolment.doing) != "paused")
    each: dict[str, ColumnElement[bool]] = {"held": held, "overdue": overdue, "stuck": stuck}
    return each[kind] if kind is not None else or_(held, overdue, stuck)


def _asked(*, journey: str | None, reason: str | None, since_before: datetime | None) -> list[ColumnElement[bool]]:
    conditions = []
    if journey is not None:
        conditions.append(col(Enrolment.journey) == journey)
    if reason is not None:
        conditions.append(col(StandingRow.reason) == reason)
    if since_before is not None:
        conditions.append(col(StandingRow.since) < since_before)
    return conditions


def _chosen(repair: RepairMany, now: datetime) -> Any:
    """The lines that the filters leave; of each run one row where the whole run is to leave."""
    passage = null() if repair.action == "leave" else col(StandingRow.key)
    chosen = select(Enrolment.id, passage.label("passage")).join(StandingRow, col(StandingRow.enrolment_id) == col(Enrolment.id))
    chosen = chosen.where(Enrolment.status != "ended", _in_trouble("held" if repair.action == "retry" else None, now))
    for condition in _asked(journey=repair.journey, reason=repair.held_because, since_before=repair.since_before):
        chosen = chosen.where(condition)
    if repair.at_step is not None:
        chosen = chosen.where(StandingRow.step == repair.at_step)
    return chosen.distinct()


def _told(enrolment: Enrolment, row: StandingRow) -> TroubleLine:
    return TroubleLine(
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        journey=enrolment.journey,
        version=enrolment.version,
        step=row.step,
        passage=row.key,
        doing=row.doing,
        reason=row.reason,
        since=row.since,
        until=row.until,
    )
