"""Facts: what providers report of a touch. Stored once, and told to the run that sent it."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.house import House
from api.nudging import Nudged
from api.problems import responses, unknown
from api.schemas.facts import FactTaken, NewFact
from api.security import only
from api.who import Role, Who

router = APIRouter(prefix="/facts", tags=["facts"])


@router.post("", status_code=202, summary="Report a fact", dependencies=[Nudged], responses=responses(401, 403, 404, 422))
async def report(body: NewFact, _: Annotated[Who, Depends(only(Role.ADMIN, Role.INTEGRATION))], house: House) -> FactTaken:
    """Take what was heard of a touch. The same event twice, or the same thing of the same touch, is answered alike and changes nothing."""
    taken = await house.touches.heard(**body.model_dump(), now=house.clock.now())
    if taken == "unknown":
        raise unknown("touch")
    return FactTaken(repeated=taken == "repeated")
