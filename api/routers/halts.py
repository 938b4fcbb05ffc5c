"""Pauses and stops: how many runs lie in a scope, the act, what is in force, and lifting it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.ports import CountChanged
from api.problems import Problem, responses, unknown
from api.schemas.operations import Concerned, HaltDone, HaltLine, LiftHalt, NewHalt
from api.schemas.shapes import Page
from api.security import only
from api.who import Role, Who
from journeys.facts import Wall
from journeys.halts import Scope

router = APIRouter(prefix="/halts", tags=["halts"])

Halter = Annotated[Who, Depends(only(Role.SALES, Role.MARKETING, Role.COMPLIANCE, Role.ADMIN))]


@router.get("/count", summary="Count what a halt would concern", responses=responses(401, 403, 422))
async def count_concerned(
    _: Halter,
    house: House,
    scope: Scope,
    value: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$", description="As in the act.")],
) -> Concerned:
    """How many runs under way lie in the scope now. Nothing happens."""
    if scope is Scope.VERSION and not value.rpartition("@")[2].isdecimal():
        raise Problem(Code.INVALID, "A version is written with its journey, such as heart-failure-pioneer@3.")
    return await house.halts.count(scope, value)


@router.get("", summary="List halts", responses=responses(401, 403, 422))
async def list_halts(
    _: Halter,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    in_force: Annotated[bool, Query(description="Only those that hold now.")] = True,  # noqa: FBT002 - a query parameter
) -> Page[HaltLine]:
    """Pauses and stops, the latest first."""
    return page(await house.halts.page(in_force=in_force, cut=cut), lambda line: line)


@router.post("", status_code=201, summary="Pause or stop", dependencies=[Nudged], responses=responses(401, 403, 409, 422))
async def impose_halt(body: NewHalt, who: Halter, house: House, attempt: Attempted) -> HaltDone:
    """From this moment nothing in the scope is sent and nobody enters. Then the runs are told, one after the other: a pause freezes them, a stop
    ends them. A pause of a content freezes no run; its touches are held."""

    async def work(once: Once) -> HaltDone:
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.COMMERCIAL, once=once, now=now)
        done = await house.halts.impose(who, body, remark=remark, once=once, now=now)
        if isinstance(done, CountChanged):
            raise Problem(Code.COUNT_CHANGED, f"By now {done.runs} runs are concerned, not {body.expected}: count again, then decide.")
        return done

    return await attempt.once(body, HaltDone, work)


@router.post("/{halt_id}/lift", summary="Lift a halt", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def lift_halt(halt_id: str, body: LiftHalt, who: Halter, house: House, attempt: Attempted) -> HaltDone:
    """From this moment the gate and the door are open again. Then the runs that were frozen catch up, as many a second as you say; one that
    another pause holds goes on when the last is lifted."""

    async def work(once: Once) -> HaltDone:
        if await house.halts.find(halt_id) is None:
            raise unknown("halt")
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.COMMERCIAL, once=once, now=now)
        done = await house.halts.lift(who, halt_id, body, remark=remark, now=now)
        if done is None:
            raise Problem(Code.ALREADY_LIFTED, "This halt was lifted before.")
        return done

    return await attempt.once(body, HaltDone, work)
