"""HCOs: how each receives reps, which whoever learns of it puts on record; those who answer for the market may also let in more again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.problems import Problem, in_field, responses, unknown
from api.schemas.organisations import AccessSet, OrganisationLine, SetAccess
from api.schemas.shapes import Page
from api.security import Anyone, only
from api.who import Role, Who
from journeys.facts import Wall
from journeys.shapes import Market

router = APIRouter(prefix="/organisations", tags=["organisations"])

Keeper = Annotated[Who, Depends(only(Role.REP, Role.SALES, Role.COMPLIANCE, Role.ADMIN))]


@router.get("", summary="List HCOs", responses=responses(401, 403, 422))
async def list_organisations(
    _: Anyone,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    market: Annotated[Market | None, Query(description="Of this market only.", examples=["SE"])] = None,
    q: Annotated[str | None, Query(min_length=2, max_length=80, pattern=r"^[^\x00]*$", description="A part of the name.")] = None,
) -> Page[OrganisationLine]:
    """HCOs by name, each with how it receives reps."""
    return page(await house.organisations.page(market=market, name=q, cut=cut), lambda line: line)


@router.get("/{organisation_id}", summary="Read an HCO", responses=responses(401, 403, 404))
async def read_organisation(organisation_id: str, _: Anyone, house: House) -> OrganisationLine:
    """What it said itself of visits, and what counts."""
    found = await house.organisations.find(organisation_id)
    if found is None:
        raise unknown("organisation")
    return found


@router.post("/{organisation_id}/access", summary="Set how an HCO receives reps", dependencies=[Nudged], responses=responses(401, 403, 404, 422))
async def set_access(organisation_id: str, body: SetAccess, who: Keeper, house: House, attempt: Attempted) -> AccessSet:
    """It counts at once: the brief of every visit tells it, a visit that is forbidden is not reported as one in the room, and one that could take place
    nowhere else is skipped. A rep does so for HCOs where people of theirs work, and only to let in less."""

    async def work(once: Once) -> AccessSet:
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.remark, side=Wall.COMMERCIAL, once=once, now=now)
        done = await house.organisations.set_access(who, organisation_id, body.visits, remark=remark, now=now)
        match done:
            case "unknown":
                raise unknown("organisation")
            case "not_yours":
                raise Problem(Code.ROLE_NOT_ALLOWED, "Nobody of your territories works there.")
            case "looser":
                raise in_field(Code.ACCESS_LOOSENED, "This lets in more than before: sales, compliance or an administrator does that.", "/visits")
            case _:
                return done

    return await attempt.once(body, AccessSet, work)
