"""Who of medical answers for which therapeutic area in which territory, and who is out of office: by this questions find their MSL."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.asking import done
from api.attempts import Attempted
from api.house import House
from api.idempotency import Once
from api.problems import responses
from api.schemas.coverage import AbsenceRead, Absences, CoverageLine, CoverageRead, NewAbsence, NewCoverage
from api.schemas.shapes import Asked
from api.security import only
from api.who import Role, Who

router = APIRouter(tags=["coverage"])

Reader = Annotated[Who, Depends(only(Role.MSL, Role.MEDICAL, Role.COMPLIANCE, Role.ADMIN))]
Lead = Annotated[Who, Depends(only(Role.MEDICAL))]
Medical = Annotated[Who, Depends(only(Role.MSL, Role.MEDICAL))]
_REFUSALS = responses(401, 403, 404, 409, 422)


@router.get("/coverage", summary="List who answers for what", responses=responses(401, 403))
async def list_coverage(who: Reader, house: House) -> CoverageRead:
    """Every line, and of an MSL one's own."""
    return CoverageRead(lines=tuple(await house.coverages.page(who)))


@router.put("/coverage/{user_id}", summary="Say what an MSL answers for", responses=_REFUSALS)
async def set_coverage(user_id: str, body: NewCoverage, who: Lead, house: House, attempt: Attempted) -> CoverageRead:
    """These lines and no others, in territories to which the MSL is aligned. Questions that come in from now on go by it."""

    async def work(_: Once) -> CoverageRead:
        lines = [CoverageLine(user_id=user_id, **line.model_dump()) for line in body.lines]
        return CoverageRead(lines=tuple(done(await house.coverages.cover(who, user_id, lines, now=house.clock.now()))))

    return await attempt.once(body, CoverageRead, work)


@router.get("/absences", summary="List who is out of office", responses=responses(401, 403))
async def list_absences(who: Medical, house: House) -> Absences:
    """Absences that are not over: of an MSL one's own, of a lead everybody's."""
    rows = await house.coverages.absences(who, now=house.clock.now())
    return Absences(items=tuple(AbsenceRead.model_validate(row) for row in rows))


@router.post("/absences", status_code=201, summary="Be out of office", responses=_REFUSALS)
async def record_absence(body: NewAbsence, who: Medical, house: House, attempt: Attempted) -> AbsenceRead:
    """From when until when, and who stands in: new questions go to them. What is open is offered to the medical lead (`GET /inquiries?whose=absent`)."""

    async def work(once: Once) -> AbsenceRead:
        return AbsenceRead.model_validate(done(await house.coverages.absent(who, body, once=once, now=house.clock.now())))

    return await attempt.once(body, AbsenceRead, work)


@router.post("/absences/{absence_id}/end", summary="Be back", responses=_REFUSALS)
async def end_absence(absence_id: str, who: Medical, house: House, attempt: Attempted) -> AbsenceRead:
    """End it now, or take it back before it has begun."""

    async def work(_: Once) -> AbsenceRead:
        return AbsenceRead.model_validate(done(await house.coverages.back(who, absence_id, now=house.clock.now())))

    return await attempt.once(Asked(), AbsenceRead, work)
