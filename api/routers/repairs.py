"""Repairs: the runs that are held, overdue or stuck, what an operator does about them, and the alarms of the monitor."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempted
from api.commands import carried_out
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.problems import not_found, responses
from api.schemas.operations import AlarmLine, OperationLine, Repair, RepairMany, TroubleLine
from api.schemas.shapes import Moment, Page
from api.schemas.tasks import Done
from api.security import only
from api.who import Role, Who
from journeys.events import Command, GoOn, Leave, MoveTo, Retry
from journeys.facts import Wall
from journeys.shapes import Slug, StepId

router = APIRouter(tags=["repairs"])

Onlooker = Annotated[Who, Depends(only(Role.SALES, Role.MARKETING, Role.COMPLIANCE, Role.ADMIN))]
Repairer = Annotated[Who, Depends(only(Role.MARKETING, Role.ADMIN))]


@router.get("/repairs", summary="List runs in trouble", responses=responses(401, 403, 422))
async def list_troubles(
    _: Onlooker,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    kind: Annotated[Literal["held", "overdue", "stuck"] | None, Query(description="Of this kind only.")] = None,
    journey: Annotated[StepId | None, Query(description="In this journey only.")] = None,
    reason: Annotated[Slug | None, Query(description="Held for this reason only.", examples=["no_consent"])] = None,
    since_before: Annotated[Moment | None, Query(description="Standing there since before this time only.")] = None,
) -> Page[TroubleLine]:
    """Every line of a run that is held, past its time, or under way for too long; those that stand there longest come first."""
    before: datetime | None = since_before
    found = await house.repairs.page(kind=kind, journey=journey, reason=reason, since_before=before, now=house.clock.now(), cut=cut)
    return page(found, lambda line: line)


@router.post("/repairs", status_code=201, summary="Repair in bulk", dependencies=[Nudged], responses=responses(401, 403, 422))
async def repair_many(body: RepairMany, who: Repairer, house: House, attempt: Attempted) -> OperationLine:
    """The same act on everything that the list shows under these filters, one after the other, with a report for each run."""

    async def work(once: Once) -> OperationLine:
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.COMMERCIAL, once=once, now=now)
        return await house.repairs.begin(who, body, remark=remark, once=once, now=now)

    return await attempt.once(body, OperationLine, work)


@router.post("/enrolments/{enrolment_id}/repair", summary="Repair one run", responses=responses(401, 403, 404, 409, 422, 503))
async def repair_one(enrolment_id: str, body: Repair, who: Repairer, house: House, attempt: Attempted) -> Done:
    """Try again what is held, go on without what is waited for, stand at another step, or leave; the answer tells what came of it."""

    async def work(once: Once) -> Done:
        row = await house.enrolments.find(who, enrolment_id)
        if row is None:
            raise not_found("enrolment")
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.COMMERCIAL, once=once, now=now)
        command = _command(body, who, id=once.command_id, remark=remark)
        done = await carried_out(house, who, command, enrolment_id=row.id, journey=(row.journey, row.version))
        await house.repairs.note(who, row.id, body, remark=remark, now=now)
        return done

    return await attempt.once(body, Done, work)


@router.get("/monitor", summary="List alarms", responses=responses(401, 403, 422))
async def list_alarms(_: Onlooker, house: House, cut: Annotated[Slice, Depends(asked)]) -> Page[AlarmLine]:
    """Runs that nothing will wake, or of which the store and Temporal tell different things, the oldest alarm first. It should be empty."""
    return page(await house.watch.page(cut=cut), lambda line: line)


def _command(body: Repair, who: Who, *, id: str, remark: str) -> Command:  # noqa: A002 - the vocabulary's word
    told: dict[str, Any] = {"id": id, "by": who.id, "remark": remark, "reason": body.reason}
    match body.action:
        case "retry":
            return Retry(**told, passage=body.passage or "")
        case "go_on":
            return GoOn(**told, passage=body.passage or "")
        case "move_to":
            return MoveTo(**told, passage=body.passage or "", step=body.step or "")
        case "leave":
            return Leave(**told)
