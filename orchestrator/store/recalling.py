"""Withdrawing a version of content: the gate is shut in the transaction of the act, and then every run that names it is told, at a pace. A passage of a
letter is nothing that a run names: what is held with it is put before the gate again instead, and a letter that a rep has yet to send goes without it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import SelectBase, func, null
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.ports import CountChanged
from journeys.content import ContentState
from journeys.definitions import ContentRef
from journeys.events import ContentRecalled
from orchestrator.store import audit, outbox
from orchestrator.store.reach import naming, open_in, reach
from orchestrator.store.tables import Choice, ContentVersion, Enrolment, Operation, Recall, StandingRow

RECALL = "recall"
RETRY = "retry"
DESK = "desk"


@dataclass(frozen=True, kw_only=True)
class Withdrawing:
    """The act as somebody does it: under an id that makes it happen once."""

    id: str
    ref: ContentRef
    reason: str
    by: str
    role: str
    now: datetime
    remark: str | None = None
    source: str = DESK
    per_second: int = 20
    expected: int | None = None


async def withdraw(session: AsyncSession, act: Withdrawing) -> Recall | CountChanged | None:
    """Withdraw a version that is on record, audited. None: it was withdrawn before.

    The row is locked, and the gate shares that lock while it reserves a touch: whatever was reserved before counts as received, and nothing is after.
    Who is told is chosen when the operation begins, in a transaction of its own, because a run's own lock must not be waited for in this one.
    """
    row = await session.get_one(ContentVersion, (act.ref.id, act.ref.version), with_for_update=True, populate_existing=True)
    made = await session.get(Recall, act.id)
    if made is not None or row.state == ContentState.WITHDRAWN:
        return made
    reached = await reach(session, act.ref)
    if act.expected is not None and act.expected != reached.runs:
        return CountChanged(reached.runs)
    before, row.state, row.updated_at = row.state, ContentState.WITHDRAWN, act.now
    told: dict[str, Any] = {"reason": act.reason, "remark_id": act.remark, "by": act.by}
    recall = Recall(
        id=act.id, content_id=act.ref.id, version=act.ref.version, role=act.role, source=act.source, reach=reached.model_dump(mode="json"), at=act.now, **told
    )
    session.add(recall)
    orders = {"content": act.ref.id, "version": act.ref.version}
    at_once = datetime.now(UTC)
    operation = Operation(
        id=operation_of(act.id),
        kind=RECALL,
        subject=f"content:{act.ref}",
        orders=orders,
        per_second=act.per_second,
        not_before=at_once,
        created_at=act.now,
        **told,
    )
    asked_again = Operation(**{**operation.model_dump(), "id": f"{act.id}-{RETRY}", "kind": RETRY}) if row.body.get("parts") else None
    for each in (operation, asked_again):
        if each is not None:
            session.add(each)
            await session.flush()
            await outbox.wake(session, outbox.Kind.OPERATION, each.id)
    counted = reached.model_dump(include={"runs", "people", "held", "tasks", "received"})
    details = {"before": before, "source": act.source, **counted}
    await audit.record(
        session, by=act.by, role=act.role, action="content.withdrawn", subject=operation.subject, reason=act.reason, details=details, now=act.now
    )
    return recall


def operation_of(recall: str) -> str:
    """The operation that tells the runs of a recall."""
    return f"{recall}-{RECALL}"


async def to_tell(session: AsyncSession, operation: Operation) -> SelectBase:
    """The runs that a recall concerns: every open one in a version that names the content, the earliest first."""
    named = await naming(session, ref_of(operation))
    return select(Enrolment.id, null().label("passage")).where(open_in(named)).order_by(col(Enrolment.created_at), col(Enrolment.id))


def held_with(operation: Operation) -> SelectBase:
    """The touches that are held with the content as a passage which a rep chose, those first that were held first."""
    chosen = func.jsonb_exists(func.to_jsonb(col(Choice.fragments)), str(ref_of(operation)))
    return (
        select(Enrolment.id, col(StandingRow.key).label("passage"))
        .join(StandingRow, col(StandingRow.enrolment_id) == col(Enrolment.id))
        .join(Choice, col(Choice.key) == col(StandingRow.key))
        .where(Enrolment.status == "running", StandingRow.doing == "held", chosen)
        .order_by(col(StandingRow.since), col(StandingRow.key))
    )


def recalled(operation: Operation) -> ContentRecalled:
    """What a run is told of it."""
    return ContentRecalled(id=operation.id, content=ref_of(operation))


def ref_of(operation: Operation) -> ContentRef:
    """The version that a recall withdraws."""
    return ContentRef(operation.orders["content"], operation.orders["version"])
