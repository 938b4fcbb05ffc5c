"""Approved content: what there is, in which state today, and until when."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime

from api import reaching
from api.house import House
from api.paging import Slice, asked, page
from api.problems import responses, unknown
from api.schemas.content import ContentLine
from api.schemas.expiring import ExpiringLine
from api.schemas.shapes import Page
from api.security import only
from api.who import Role, Who
from journeys.content import ContentState
from journeys.definitions import ContentRef
from journeys.expiring import WARNINGS
from journeys.shapes import Slug

router = APIRouter(prefix="/content", tags=["content"])

Planner = Annotated[Who, Depends(only(Role.SALES, Role.MARKETING, Role.MEDICAL, Role.COMPLIANCE, Role.ADMIN))]
Reader = Annotated[Who, Depends(only(Role.REP, Role.SALES, Role.MARKETING, Role.MEDICAL, Role.COMPLIANCE, Role.ADMIN))]


@router.get("", summary="List content", responses=responses(401, 403, 422))
async def list_content(
    _: Reader,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    state: Annotated[ContentState | None, Query(description="In this state now.")] = None,
    product: Annotated[Slug | None, Query(description="Of this product only.", examples=["cardiolex"])] = None,
    expires_before: Annotated[AwareDatetime | None, Query(description="Whose approval ends before this instant.")] = None,
) -> Page[ContentLine]:
    """Content by id and version, each in its state now."""
    return page(await house.contents.page(state=state, product=product, expires_before=expires_before, now=house.clock.now(), cut=cut), lambda line: line)


@router.get("/expiring", summary="List content that expires soon", responses=responses(401, 403, 422))
async def list_expiring(
    who: Planner,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    days: Annotated[int, Query(ge=1, le=366, description="Whose approval ends within so many days.")] = WARNINGS[0],
) -> Page[ExpiringLine]:
    """Approved content whose approval ends soon, the first first, with the journeys, steps and people that it concerns."""
    found = await house.contents.expiring(within=timedelta(days=days), now=house.clock.now(), cut=cut)
    hidden = await reaching.of_medical(house, who, (ContentRef.parse(line.content) for line in found.rows))
    return page(found, lambda line: line.model_copy(update={"reach": reaching.told(line.reach, hidden)}))


@router.get("/{ref}", summary="Read a version of content", responses=responses(401, 403, 404, 422))
async def read_content(
    ref: Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,63}@[1-9][0-9]{0,8}$", description="The content with its version.", examples=["hf-dialogue@2"])],
    _: Reader,
    house: House,
) -> ContentLine:
    """One version, in its state now."""
    line = await house.contents.find(ContentRef.parse(ref), now=house.clock.now())
    if line is None:
        raise unknown("content")
    return line
