"""Operations over many runs: how far each has come, what became of each run, and holding, going on with and stopping them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.ports import Ports
from api.problems import Problem, responses, unknown
from api.schemas.operations import ItemLine, OperationLine, Steer
from api.schemas.shapes import Page
from api.security import only
from api.who import Role, Who
from journeys.facts import Wall

router = APIRouter(prefix="/operations", tags=["operations"])

Operator = Annotated[Who, Depends(only(Role.SALES, Role.MARKETING, Role.COMPLIANCE, Role.ADMIN))]


@router.get("", summary="List operations", responses=responses(401, 403, 422))
async def list_operations(_: Operator, house: House, cut: Annotated[Slice, Depends(asked)]) -> Page[OperationLine]:
    """Acts on many runs, the latest first, each with its counts."""
    return page(await house.operations.page(cut=cut), lambda line: line)


@router.get("/{operation_id}", summary="Read an operation", responses=responses(401, 403, 404))
async def read_operation(operation_id: str, _: Operator, house: House) -> OperationLine:
    """How far it has come."""
    return await _found(house, operation_id)


@router.get("/{operation_id}/runs", summary="Read the report of an operation", responses=responses(401, 403, 404, 422))
async def read_report(
    operation_id: str,
    _: Operator,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    result: Annotated[Literal["waiting", "done", "refused", "ended", "left_out"] | None, Query(description="Of this result only.")] = None,
) -> Page[ItemLine]:
    """What became of each run, in the order in which they are acted on."""
    await _found(house, operation_id)
    return page(await house.operations.items(operation_id, result=result, cut=cut), lambda line: line)


@router.post("/{operation_id}/{how}", summary="Hold, go on or stop", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def steer_operation(
    operation_id: str, how: Literal["hold", "go_on", "stop"], body: Steer, who: Operator, house: House, attempt: Attempted
) -> OperationLine:
    """`hold` lets it rest and `go_on` lets it go on where it stopped. `stop` ends it for good: what was done stays done, the rest is left out."""

    async def work(once: Once) -> OperationLine:
        await _found(house, operation_id)
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.COMMERCIAL, once=once, now=now)
        line = await house.operations.steer(who, operation_id, how, remark=remark, now=now)
        if line is None:
            raise Problem(Code.OPERATION_OVER, "This operation is over: there is nothing left to steer.")
        return line

    return await attempt.once(body, OperationLine, work)


async def _found(house: Ports, operation_id: str) -> OperationLine:
    line = await house.operations.find(operation_id)
    if line is None:
        raise unknown("operation")
    return line
