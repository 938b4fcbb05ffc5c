"""The firewall access report: every reading and writing of what lies in the schema `medical`, by whom and why."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.house import House
from api.paging import Slice, asked, page
from api.problems import responses
from api.schemas.firewall import CrossingLine
from api.schemas.shapes import Moment, Page
from api.security import only
from api.who import Role, Who

router = APIRouter(prefix="/firewall", tags=["firewall"])

Compliance = Annotated[Who, Depends(only(Role.COMPLIANCE))]
_ID = Query(max_length=200, pattern=r"^[^\x00]*$")


@router.get("/crossings", summary="List who crossed the wall", responses=responses(401, 403, 422))
async def list_crossings(
    _: Compliance,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    person: Annotated[str | None, _ID] = None,
    user: Annotated[str | None, _ID] = None,
    since: Annotated[Moment | None, Query(description="At this instant or after it.")] = None,
    until: Annotated[Moment | None, Query(description="Before this instant.")] = None,
) -> Page[CrossingLine]:
    """Latest first: of one HCP, by one user, within a period. `dirigent firewall report` writes the same as a table."""
    found = await house.firewall.crossings(person_id=person, by=user, since=since, until=until, cut=cut)
    return page(found, CrossingLine.model_validate)
