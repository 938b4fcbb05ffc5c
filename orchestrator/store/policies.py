"""The rules of a market as they change while journeys run: the gate reads them at the next touch, and what it holds in that market is put before it
again at once, at a pace, by an operation like any other."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.digests import digest_of
from journeys.markets import MarketPolicy
from journeys.reasons import Reason
from orchestrator.store import outbox
from orchestrator.store.operations import begin
from orchestrator.store.tables import Dispatch, Enrolment, Market, Operation, Person, StandingRow
from orchestrator.store.visiting import look_again, met_in

RULES_CHANGED = "rules_changed"
"""Why a touch is put before the gate again."""

PER_SECOND = 50
"""How many held touches a second are put before the gate again: three thousand within the minute."""

_NO_RULE = (Reason.PAUSED, Reason.CHANNEL_DOWN, Reason.UNANSWERED)
"""What holds a touch and is no rule of a market."""


def written(policy: MarketPolicy) -> dict[str, Any]:
    """A policy as it is stored: without what it leaves to the defaults, so that a rule which a later release knows of does not make it another one; and
    with the one cap that the release before reads (docs/decisions/0020-releases-side-by-side.md)."""
    return {**policy.model_dump(mode="json", exclude_defaults=True), "weekly_cap": policy.overall.at_most, "cap_period": str(policy.overall.per)}


async def set_policy(session: AsyncSession, policy: MarketPolicy, *, by: str, remark: str | None, now: datetime) -> str | None:
    """Put a market's rules in force. The operation that puts what was held before the gate again, where anything was.

    The caller has locked the market's row, where there is one, and writes the audit.
    """
    row = await session.get(Market, policy.market)
    body = written(policy)
    before = (row.body.get("visits") if row is not None else None) or {}
    if row is None:
        session.add(Market(id=policy.market, body=body, digest=digest_of(body), updated_at=now))
    else:
        row.body, row.digest, row.updated_at = body, digest_of(body), now
    await session.flush()
    if before != body.get("visits", {}):
        await look_again(session, met_in(policy.market))
    for letter in await session.exec(_letters(policy.market)):
        await outbox.wake(session, outbox.Kind.DISPATCH, letter)
    if (await session.exec(_held(policy.market).limit(1))).first() is None:
        return None
    operation = Operation(
        id=uuid4().hex,
        kind="retry",
        subject=f"market:{policy.market}",
        orders={},
        reason=RULES_CHANGED,
        remark_id=remark,
        by=by,
        per_second=PER_SECOND,
        created_at=now,
    )
    await begin(session, operation, _held(policy.market))
    return operation.id


def _letters(market: str) -> Any:
    """The letters outside a journey that the rules of a market hold: few, for most of them promote nothing."""
    held = select(Dispatch.id).where(Dispatch.market == market, Dispatch.state == "held", col(Dispatch.reason).not_in(_NO_RULE))
    return held.order_by(col(Dispatch.created_at), Dispatch.id)


def _held(market: str) -> Any:
    """The touches that the rules of a market hold, those first that were held first."""
    concerned = or_(col(Enrolment.market) == market, col(Person.market) == market)
    return (
        select(Enrolment.id, col(StandingRow.key).label("passage"))
        .join(StandingRow, col(StandingRow.enrolment_id) == col(Enrolment.id))
        .join(Person, col(Person.id) == col(Enrolment.person_id))
        .where(Enrolment.status == "running", StandingRow.doing == "held", col(StandingRow.reason).not_in(_NO_RULE), concerned)
        .order_by(col(StandingRow.since), col(StandingRow.key))
    )
