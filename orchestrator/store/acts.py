"""What a run does in the very transaction that writes its advance down: it learns of the HCP, tells a colleague, and ends a journey that it awaited."""

from datetime import datetime
from typing import assert_never

import structlog
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from journeys.commands import Act, Learn, StopJourney, Tell
from journeys.conditions import Value
from journeys.events import Leave
from journeys.facts import Wall
from journeys.state import EndKind, step_of
from orchestrator.counts import REPEATED, Dropped, count_in
from orchestrator.store import audit, outbox, turns
from orchestrator.store.considering import OBJECTED
from orchestrator.store.entering import leave_queue, locked
from orchestrator.store.facts import has_objected, load_facts, tags_of
from orchestrator.store.knowing import Teller, change_facts
from orchestrator.store.recipients import recipients
from orchestrator.store.tables import Enrolment, Notification, Proposal

NO_LONGER_AWAITED = "no_longer_awaited"
"""Why a journey ends whose awaiting line is no more."""

_PROPOSED = {"stage": "adoption_stage", "persona": "persona"}
"""The fact that each kind of proposal is about."""

log = structlog.get_logger()


async def perform(session: AsyncSession, enrolment: Enrolment, act: Act, *, at: datetime) -> None:
    """Do one act of a run at journey time `at`. The caller sees to it that an advance is recorded once."""
    match act:
        case Learn():
            await _learn(session, enrolment, act, at)
        case Tell():
            await _tell(session, enrolment, act, at)
        case StopJourney():
            await _stop(session, enrolment, act, at)
        case _ as never:
            assert_never(never)


async def _learn(session: AsyncSession, enrolment: Enrolment, act: Learn, at: datetime) -> None:
    await locked(session, enrolment.person_id)
    facts: dict[str, Value | None] = {}
    profiled = not await has_objected(session, enrolment.person_id)
    if not profiled:  # what sales would learn is profiling for promotion, in whatever journey (GDPR Art. 21(2))
        count_in(session, Dropped.PROPOSAL, OBJECTED)
    if profiled and (act.add_tags or act.remove_tags):
        known = await tags_of(session, enrolment.person_id)
        facts["tags"] = tuple(sorted({*known, *act.add_tags} - {*act.remove_tags}))
    if act.channel_preference is not None:
        facts["channel_preference"] = act.channel_preference
    teller = Teller(audit.HOUSE, audit.SYSTEM, enrolment.id, step_of(act.key))
    if facts:
        await change_facts(session, enrolment.person_id, facts, teller=teller, told=f"learnt.{act.key}", at=at)
    for kind, value in (("stage", act.propose_stage), ("persona", act.propose_persona)):
        if value is not None and profiled:
            await _propose(session, enrolment, act.key, kind, value, at)


async def _propose(session: AsyncSession, enrolment: Enrolment, key: str, kind: str, value: str, at: datetime) -> None:
    """Put a stage or a persona before a human. What is on record already, or proposed already, is not proposed again."""
    fact = _PROPOSED[kind]
    if (await load_facts(session, enrolment.person_id, [fact], now=at))[fact] == value:
        count_in(session, Dropped.PROPOSAL, "on_record")
        return
    still_open = (col(Proposal.person_id) == enrolment.person_id, col(Proposal.kind) == kind, col(Proposal.status) == "open")
    if (await session.exec(select(Proposal.value).where(*still_open))).first() == value:
        count_in(session, Dropped.PROPOSAL, REPEATED)
        return
    await session.exec(update(Proposal).where(*still_open).values(status="replaced", decided_at=at))
    proposal = Proposal(id=f"{key}.{kind}", person_id=enrolment.person_id, kind=kind, value=value, enrolment_id=enrolment.id, step=step_of(key), at=at)
    session.add(proposal)
    await session.flush()


async def _tell(session: AsyncSession, enrolment: Enrolment, act: Tell, at: datetime) -> None:
    users = await recipients(session, enrolment, act.whom)
    if not users:
        log.warning("notification", key=act.key, whom=act.whom, trouble="nobody_to_tell")
        count_in(session, Dropped.NOTICE, "nobody_to_tell")
    for user_id in users:
        session.add(
            Notification(
                id=f"{act.key}.{user_id}",
                key=act.key,
                user_id=user_id,
                person_id=enrolment.person_id,
                enrolment_id=enrolment.id,
                journey=enrolment.journey,
                version=enrolment.version,
                step=act.step,
                side=Wall.MEDICAL if act.whom == "medical" else Wall.COMMERCIAL,
                at=at,
            )
        )


async def _stop(session: AsyncSession, enrolment: Enrolment, act: StopJourney, at: datetime) -> None:
    """End the journey that the passage began, where it began and has not ended. It gives its turn up at once, so that nobody waits for it."""
    begun = select(Enrolment).where(Enrolment.begun_by == act.key, col(Enrolment.status) != "ended")
    inner = (await session.exec(begun)).first()
    if inner is None:
        return
    await locked(session, enrolment.person_id)
    await session.refresh(inner)
    if inner.status == turns.QUEUED:
        await leave_queue(session, inner, kind=EndKind.LEFT, reason=NO_LONGER_AWAITED, now=at)
        return
    await outbox.command(session, inner.id, Leave(id=f"{audit.HOUSE}:stop.{act.key}", by=audit.HOUSE, reason=NO_LONGER_AWAITED))
    if await turns.give_up(session, inner):
        await turns.settle(session, inner.person_id, market=inner.market, now=at)
