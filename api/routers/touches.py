"""Touches: what went out and what became of it, what is unknown and who settles it, and the copies of what was sent."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.ports import CopySealedError
from api.problems import Problem, not_found, responses
from api.schemas.shapes import Name, Page
from api.schemas.touches import CopiesRead, Held, HoldCopies, SettleTouch, State, TouchLine, TouchRead
from api.security import Anyone, only
from api.who import Role, Who
from journeys.facts import Wall
from journeys.shapes import Slug

router = APIRouter(prefix="/touches", tags=["touches"])

Settler = Annotated[Who, Depends(only(Role.MARKETING, Role.COMPLIANCE, Role.ADMIN))]
Reader = Annotated[Who, Depends(only(Role.COMPLIANCE, Role.MEDICAL))]
Keeper = Annotated[Who, Depends(only(Role.COMPLIANCE))]

_NOT_SETTLED = {
    "firewall": (Code.FIREWALL, "This is an answer of medical's: compliance settles what became of it, and whether it is sent again."),
    "touch_known": (Code.TOUCH_KNOWN, "It is known what became of this touch: there is nothing to settle."),
    "not_repeatable": (
        Code.NOT_REPEATABLE,
        "This touch cannot be sent again from here: it was sent, or it belongs to a run, which a repair moves to the step once more.",
    ),
}


@router.get("", summary="List touches", responses=responses(401, 403, 422))
async def list_touches(
    who: Anyone,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    *,
    state: Annotated[State | None, Query(description="In this state only: `unknown` lists what an operator should look at.")] = None,
    channel: Annotated[Slug | None, Query(description="By this channel only.", examples=["email"])] = None,
    person_id: Annotated[Name | None, Query(description="To this person only.")] = None,
    alarm: Annotated[bool, Query(description="Only those with which something is wrong.")] = False,
) -> Page[TouchLine]:
    """What was sent, or should have been, the latest first: in one's own territories for the field, and as far as one's side may know of it."""
    return page(await house.ledger.page(who, state=state, channel=channel, person=person_id, alarm=alarm, cut=cut), lambda line: line)


@router.get("/{touch}", summary="Read a touch", responses=responses(401, 404))
async def read_touch(touch: str, who: Anyone, house: House) -> TouchRead:
    """One touch with every booking of the ledger and everything that was heard of it, each with its time and its source."""
    found = await house.ledger.find(who, touch)
    if found is None:
        raise not_found("touch")
    return found


@router.post("/{touch}/settle", summary="Settle an unknown touch", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def settle_touch(touch: str, body: SettleTouch, who: Settler, house: House, attempt: Attempted) -> TouchRead:
    """Say what became of a touch whose result nobody knew. Nothing is sent by this, unless it is a letter outside a journey and `again` asks for it: then
    it goes out as another touch, through the gate."""

    async def work(once: Once) -> TouchRead:
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.COMMERCIAL, once=once, now=now)
        done = await house.ledger.settle(who, touch, body, remark=remark, now=now)
        if done is None:
            raise not_found("touch")
        if isinstance(done, str):
            raise Problem(*_NOT_SETTLED[done])
        return done

    return await attempt.once(body, TouchRead, work)


@router.get("/{touch}/copy", summary="Read the copies of what was sent", responses=responses(401, 403, 404, 409))
async def read_copies(touch: str, who: Reader, house: House) -> CopiesRead:
    """The exact message of each attempt. Each reading is audited; a medical response is read by the medical side and compliance."""
    try:
        found = await house.ledger.copies(who, touch, now=house.clock.now())
    except CopySealedError as sealed:
        raise Problem(Code.COPY_SEALED, "The key that seals this copy is not configured here.") from sealed
    if found is None:
        raise not_found("touch")
    return CopiesRead(items=found)


@router.post("/{touch}/hold", summary="Hold copies back from removal", responses=responses(401, 403, 404, 422))
async def hold_copies(touch: str, body: HoldCopies, who: Keeper, house: House, attempt: Attempted) -> Held:
    """A legal hold: the copies of this touch stay when their time is over, until the hold is lifted."""

    async def work(once: Once) -> Held:
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.COMMERCIAL, once=once, now=now)
        copies = await house.ledger.hold(who, touch, body, remark=remark, now=now)
        if copies is None:
            raise not_found("touch")
        return Held(copies=copies, held=body.held)

    return await attempt.once(body, Held, work)
