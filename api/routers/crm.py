"""Records of ours at a CRM: what waits, what is written, what was refused, and why."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api.house import House
from api.paging import Slice, asked, page
from api.problems import responses
from api.routers.events import Reader
from api.schemas.crm import CrmRecordLine
from api.schemas.shapes import Name, Page
from journeys.shapes import Slug

router = APIRouter(prefix="/crm", tags=["crm"])


@router.get("/records", summary="List records at the CRM", responses=responses(401, 403, 422))
async def list_crm_records(
    who: Reader,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    *,
    kind: Annotated[Literal["call", "sent_email", "suggestion"] | None, Query(description="Of this kind only.")] = None,
    state: Annotated[Literal["waiting", "written", "refused"] | None, Query(description="In this state only.")] = None,
    trouble: Annotated[Slug | None, Query(description="With this trouble only.", examples=["unknown_account"])] = None,
    person_id: Annotated[Name | None, Query(description="About this person only.")] = None,
) -> Page[CrmRecordLine]:
    """Calls, sent e-mails and suggestions as they stand at the CRM, what has stood so longest first. An empty list where there is no CRM."""
    return page(await house.crm_records.page(who, kind=kind, state=state, trouble=trouble, person_id=person_id, cut=cut), lambda line: line)
