"""Facts in: what providers told of messages, also what nobody could place, and the order to look at that again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempted
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.problems import responses
from api.schemas.facts_in import FactInRead, JudgeAgain, JudgedAgain
from api.schemas.shapes import Page
from api.security import only
from api.who import Role, Who
from journeys.facts import Wall
from journeys.shapes import Slug

router = APIRouter(prefix="/facts-in", tags=["facts in"])

Reader = Annotated[Who, Depends(only(Role.COMPLIANCE, Role.ADMIN))]


@router.get("", summary="List facts in", responses=responses(401, 403, 422))
async def list_facts_in(
    who: Reader,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    standing: Annotated[Slug | None, Query(description="Of this standing only: heard, known, noted, unknown_touch, unknown_event.")] = None,
    source: Annotated[Slug | None, Query(description="Of this provider only.")] = None,
    kind: Annotated[Slug | None, Query(description="Of this kind only: delivered, bounced, machine_opened, …")] = None,
    person: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="Of this person only.")] = None,
    late: Annotated[bool | None, Query(description="Only those that were told late, or only those that were not.")] = None,
) -> Page[FactInRead]:
    """What providers told, the latest first, with where it stands; also what could not be placed, and how often it was told again."""
    rows = await house.facts_in.page(who, standing=standing, source=source, kind=kind, person_id=person, late=late, cut=cut)
    return page(rows, FactInRead.model_validate)


@router.post("/judge-again", summary="Look again at what could not be placed", dependencies=[Nudged], responses=responses(401, 403, 422))
async def judge_facts_again(body: JudgeAgain, who: Annotated[Who, Depends(only(Role.ADMIN))], house: House, attempt: Attempted) -> JudgedAgain:
    """Those that waited longest first. What is placed by now is heard as if it came now; all else stays as it is."""

    async def work(once: Once) -> JudgedAgain:
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.reason, side=Wall.COMMERCIAL, once=once, now=now)
        standing = await house.facts_in.judge_again(who, source=body.source, most=body.most, remark=remark, now=now)
        return JudgedAgain(looked_at=sum(standing.values()), standing=dict(standing))

    return await attempt.once(body, JudgedAgain, work)
