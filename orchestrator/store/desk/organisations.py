"""HCOs as the front desk reads them, sets how they receive reps, and records what a unit approved."""

from datetime import datetime
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.paging import Batch, Slice
from api.schemas.organisations import AccessSet, ApprovalLine, OrganisationLine, UnitApproval, Visiting, WorkplaceLine
from api.who import Who
from journeys.access import Access, AccessRules, MeetingForm, access, loosens
from orchestrator.store import audit, tables
from orchestrator.store.desk.adding import added
from orchestrator.store.desk.scope import in_scope
from orchestrator.store.engine import transaction
from orchestrator.store.visiting import look_again, of_market, said_by, visiting, works_at


class StoredOrganisations:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, *, market: str | None, name: str | None, cut: Slice) -> Batch[OrganisationLine]:
        order = (col(tables.Organisation.name), col(tables.Organisation.id))
        wanted = select(tables.Organisation).order_by(*order).limit(cut.limit + 1)
        if market is not None:
            wanted = wanted.where(tables.Organisation.market == market)
        if name is not None:
            wanted = wanted.where(order[0].icontains(name, autoescape=True))
        if cut.after is not None:
            wanted = wanted.where(tuple_(*order) > (cut.after.text(0), cut.after.text(1)))
        async with transaction(self._engine) as session:
            of_markets: dict[str, AccessRules] = {}
            found = [await _line(session, row, of_markets) for row in (await session.exec(wanted)).all()]
        return Batch.of(found, cut, lambda line: (line.name, line.id))

    async def find(self, organisation_id: str) -> OrganisationLine | None:
        async with transaction(self._engine) as session:
            row = await session.get(tables.Organisation, organisation_id)
            return await _line(session, row, {}) if row is not None else None

    async def set_access(
        self, who: Who, organisation_id: str, rules: dict[MeetingForm, Access], *, remark: str, now: datetime
    ) -> AccessSet | Literal["unknown", "not_yours", "looser"]:
        async with transaction(self._engine) as session:
            row = await session.get(tables.Organisation, organisation_id, with_for_update=True)
            if row is None:
                return "unknown"
            before = dict(row.visits)
            if who.in_the_field:
                theirs = select(tables.Person.id).where(works_at(row.id), in_scope(who)).limit(1)
                if (await session.exec(theirs)).first() is None:
                    return "not_yours"
                if loosens(said_by(before), rules, await of_market(session, row.market)):
                    return "looser"
            row.visits = {form.value: each.value for form, each in rules.items()}
            session.add(row)
            details = {"before": before, "after": row.visits, "remark": remark}
            await audit.record(
                session, by=who.id, role=who.role, action="access.set", subject=f"organisation:{row.id}", reason="access_set", details=details, now=now
            )
            await session.flush()
            skipped = await look_again(session, works_at(row.id))
            return AccessSet(**(await _line(session, row, {})).model_dump(), skipped=skipped)

    async def visiting(self, person_id: str, form: MeetingForm, *, task_id: str) -> Visiting:
        of_task = select(tables.UnitApproval).where(tables.UnitApproval.task_id == task_id).order_by(col(tables.UnitApproval.at), col(tables.UnitApproval.id))
        async with transaction(self._engine) as session:
            found = await visiting(session, await session.get_one(tables.Person, person_id), form)
            approvals = tuple(ApprovalLine.model_validate(row) for row in await session.exec(of_task))
        workplaces = tuple(WorkplaceLine.model_validate(place) for place in found.workplaces)
        return Visiting(form=form, access=found.access, workplaces=workplaces, approvals=approvals)

    async def approve(self, who: Who, task_id: str, person_id: str, form: MeetingForm, approval: UnitApproval, *, now: datetime) -> None:
        told = approval.model_dump()
        same = uuid5(NAMESPACE_URL, "\n".join(("unit approval", task_id, who.id, approval.organisation_id or "", approval.proof)))
        async with transaction(self._engine) as session:
            if await added(session, tables.UnitApproval(id=same.hex, task_id=task_id, person_id=person_id, form=form, by=who.id, at=now, **told)):
                details = {"form": form, "organisation": approval.organisation_id, "approval": same.hex}
                await audit.record(session, by=who.id, role=who.role, action="visit.approved", subject=f"task:{task_id}", details=details, now=now)


async def _line(session: AsyncSession, row: tables.Organisation, of_markets: dict[str, AccessRules]) -> OrganisationLine:
    """`of_markets` are the markets' rules that were read before."""
    if row.market not in of_markets:
        of_markets[row.market] = await of_market(session, row.market)
    own = said_by(row.visits)
    counts = {form: access(form, own, of_markets[row.market]) for form in MeetingForm}
    return OrganisationLine(id=row.id, name=row.name, market=row.market, status=row.status, visits=own, access=counts)
