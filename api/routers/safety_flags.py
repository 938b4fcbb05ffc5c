"""Safety flags: words in which a safety word stands, of which nobody reported anything. A drug safety officer looks at each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.codes import Code
from api.house import House
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.problems import Problem, responses, unknown
from api.schemas.safety import ReviewFlag, SafetyFlagRead
from api.schemas.shapes import Page
from api.security import only
from api.who import SAFETY_READERS, Role, Who

router = APIRouter(prefix="/safety-flags", tags=["safety"])

Reader = Annotated[Who, Depends(only(*sorted(SAFETY_READERS)))]
Officer = Annotated[Who, Depends(only(Role.SAFETY))]


@router.get("", summary="List safety flags", responses=responses(401, 403, 422))
async def list_safety_flags(
    who: Reader,  # noqa: ARG001 - who may come in
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    reviewed: Annotated[bool, Query(description="Those that were reviewed, or those that wait for it.")] = False,  # noqa: FBT002 - a query parameter
) -> Page[SafetyFlagRead]:
    """The first one first, with the words and what was found in them."""
    return page(await house.safety.flags(reviewed=reviewed, cut=cut), lambda flag: flag)


@router.post("/{flag_id}/review", summary="Review a safety flag", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def review_safety_flag(flag_id: str, body: ReviewFlag, who: Officer, house: House) -> SafetyFlagRead:
    """Say that it tells of nothing, or open a case: its day 0 is when the words came in. The same review again changes nothing."""
    found = await house.safety.review(who, flag_id, body.kind, now=house.clock.now())
    if found is None:
        raise unknown("safety flag")
    flag, taken = found
    if not taken:
        raise Problem(Code.FLAG_REVIEWED, "Somebody has reviewed it, otherwise. Report a safety case where one is missing.")
    return flag
