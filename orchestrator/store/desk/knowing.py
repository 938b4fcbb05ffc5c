"""What users tell of an HCP: facts, each on its own side of the firewall, and what they decide on a journey's proposals."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import Once
from api.paging import Batch, Slice
from api.rows import ProposalRow
from api.who import Who
from journeys.conditions import Value
from journeys.facts import PERSONA
from orchestrator.store import audit, remarks
from orchestrator.store.engine import transaction
from orchestrator.store.entering import locked
from orchestrator.store.knowing import Teller, assign_persona, change_facts
from orchestrator.store.tables import PersonaAssignment, Proposal

_COPIED = tuple(ProposalRow.__dataclass_fields__)
STAGE = "adoption_stage"
PROPOSED = "proposed"
"""The reason of a persona that a journey proposed and a rep accepted."""


class StoredKnowledge:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def tell(self, who: Who, person_id: str, facts: Mapping[str, Value | None], *, reason: str, side: str, once: Once, now: datetime) -> tuple[str, ...]:
        async with transaction(self._engine) as session:
            await locked(session, person_id)
            remark = await _remark(session, who, reason, side=side, once=once, now=now)
            return await change_facts(session, person_id, facts, teller=Teller(who.id, who.role), told=f"told.{once.id('facts')}", at=now, remark=remark)

    async def proposals(self, person_id: str, *, status: str | None, cut: Slice) -> Batch[ProposalRow]:
        wanted = select(Proposal).where(Proposal.person_id == person_id).order_by(col(Proposal.at).desc(), col(Proposal.id).desc())
        if status is not None:
            wanted = wanted.where(Proposal.status == status)
        if cut.after is not None:
            at, last = cut.after.instant(0), cut.after.text(1)
            wanted = wanted.where((col(Proposal.at) < at) | ((col(Proposal.at) == at) & (col(Proposal.id) < last)))
        async with transaction(self._engine) as session:
            rows = [_row(proposal) for proposal in await session.exec(wanted.limit(cut.limit + 1))]
        return Batch.of(rows, cut, lambda row: (row.at, row.id))

    async def decide(
        self, who: Who, person_id: str, proposal_id: str, decision: Literal["accepted", "dismissed"], *, reason: str, once: Once, now: datetime
    ) -> tuple[ProposalRow, bool] | None:
        async with transaction(self._engine) as session:
            await locked(session, person_id)
            proposal = await session.get(Proposal, proposal_id, with_for_update=True)
            if proposal is None or proposal.person_id != person_id:
                return None
            if proposal.status != "open":
                again = proposal.remark_id == once.id("remark") and proposal.decided_by == who.id
                return _row(proposal), again  # again: the same request, cut short before it was answered
            proposal.remark_id = await _remark(session, who, reason, side="commercial", once=once, now=now)
            proposal.status, proposal.decided_by, proposal.decided_at = decision, who.id, now
            session.add(proposal)
            details = {"person": person_id, "kind": proposal.kind, "value": proposal.value, "remark": proposal.remark_id}
            subject = f"proposal:{proposal_id}"
            await audit.record(session, by=who.id, role=who.role, action=f"proposal.{decision}", subject=subject, details=details, now=now)
            if decision == "accepted":
                await _accept(session, who, proposal, now=now)
            return _row(proposal), True


async def _accept(session: AsyncSession, who: Who, proposal: Proposal, *, now: datetime) -> None:
    """What was proposed stands from now on, and every run of the person learns it, the one that proposed it too."""
    told = f"proposal.{proposal.id}"
    if proposal.kind == PERSONA:
        said = PersonaAssignment(
            id=f"{proposal.id}.accepted", person_id=proposal.person_id, persona=proposal.value, by=who.id, reason=PROPOSED, remark_id=proposal.remark_id, at=now
        )
        await assign_persona(session, said, told=told)
    else:
        teller = Teller(who.id, who.role)
        await change_facts(session, proposal.person_id, {STAGE: proposal.value}, teller=teller, told=told, at=now, remark=proposal.remark_id)


async def _remark(session: AsyncSession, who: Who, words: str, *, side: str, once: Once, now: datetime) -> str:
    return await remarks.keep(session, who, words, side=side, id=once.id("remark"), now=now)


def _row(proposal: Proposal) -> ProposalRow:
    return ProposalRow(**{name: getattr(proposal, name) for name in _COPIED})
