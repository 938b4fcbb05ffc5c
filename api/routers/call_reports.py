"""Reports of calls, as a CRM tells them. A call that was a visit of a journey completes it; every other one is a touch by itself."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.problems import in_field, responses
from api.routers.events import CLOCKS_DIFFER, Reader, Reporter
from api.schemas.call_reports import CallReportRead, CallReportTaken, NewCallReport
from api.schemas.facts_in import JudgeAgain, JudgedAgain
from api.schemas.shapes import Page
from api.security import only
from api.who import Role, Who
from journeys.facts import Wall
from journeys.shapes import Slug

router = APIRouter(prefix="/call-reports", tags=["call reports"])


@router.post("", status_code=202, summary="Report a call", dependencies=[Nudged], responses=responses(401, 403, 422))
async def report_call(body: NewCallReport, who: Reporter, house: House) -> CallReportTaken:
    """Take a call, a correction or a cancellation of one, in any order and however late. The same again, or an older revision, changes nothing; a visit is
    completed once."""
    now = house.clock.now()
    if body.at > now + CLOCKS_DIFFER:
        raise in_field(Code.IN_THE_FUTURE, "A call is reported after it has taken place.", "/at")
    if body.revised_at > now + CLOCKS_DIFFER:  # else no correction would be newer
        raise in_field(Code.IN_THE_FUTURE, "A call is revised before that is told.", "/revised_at")
    row, repeated = await house.call_reports.take(who, body, now=now)
    return CallReportTaken(**CallReportRead.model_validate(row).model_dump(), repeated=repeated)


@router.get("", summary="List call reports", responses=responses(401, 403, 422))
async def list_call_reports(
    who: Reader,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    standing: Annotated[Slug | None, Query(description="Of this standing only: completed, recorded, cancelled, unknown_person.")] = None,
    reason: Annotated[Slug | None, Query(description="For this reason only: no_task, closed, unknown_outcome, …")] = None,
    person: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="With this person only.")] = None,
    late: Annotated[bool | None, Query(description="Only those that were told late, or only those that were not.")] = None,
    safety: Annotated[bool | None, Query(description="Only those in whose notes words of safety stand, or only the others.")] = None,
) -> Page[CallReportRead]:
    """Calls, the latest first, each with what became of it; those that completed no visit tell why."""
    rows = await house.call_reports.page(who, standing=standing, reason=reason, person_id=person, late=late, safety=safety, cut=cut)
    return page(rows, CallReportRead.model_validate)


@router.post("/judge-again", summary="Look again at calls with unknown people or by unknown reps", dependencies=[Nudged], responses=responses(401, 403, 422))
async def judge_calls_again(body: JudgeAgain, who: Annotated[Who, Depends(only(Role.ADMIN))], house: House, attempt: Attempted) -> JudgedAgain:
    """Those first that were looked at longest ago. One whose person and rep are known by now is taken as if it were told now, at its own time."""

    async def work(once: Once) -> JudgedAgain:
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.reason, side=Wall.COMMERCIAL, once=once, now=now)
        standing = await house.call_reports.judge_again(who, source=body.source, most=body.most, remark=remark, now=now)
        return JudgedAgain(looked_at=sum(standing.values()), standing=dict(standing))

    return await attempt.once(body, JudgedAgain, work)
