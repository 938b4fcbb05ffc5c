"""Why did, or did not, somebody get it: what the gate said of a touch or a person, check by check, and what it would say now."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api import standing
from api.codes import Code
from api.house import House
from api.ports import Ports
from api.problems import FieldError, Problem, not_found, responses
from api.routers.people import found_person
from api.schemas.why import PersonWhy, TouchWhy, WhyLine
from api.security import only
from api.who import Role, Who
from journeys.definitions import SendStep
from journeys.shapes import StepId

router = APIRouter(tags=["why"])

Asker = Annotated[Who, Depends(only(Role.REP, Role.SALES, Role.MARKETING, Role.COMPLIANCE, Role.ADMIN))]


@router.get("/touches/{key}/why", summary="Tell why a touch went out or did not", responses=responses(401, 403, 404))
async def why_touch(key: str, who: Asker, house: House) -> TouchWhy:
    """Each time that the gate was asked for this touch: the ordered checks, what each saw, what it said, and where its rule comes from."""
    judged = tuple(await house.judgements.of_touch(who, key))
    if not judged:
        raise not_found("touch")
    return TouchWhy(touch=key, judgements=judged)


@router.get("/people/{person_id}/why", summary="Tell why a person got something or did not", responses=responses(401, 403, 404, 422))
async def why_person(
    person_id: str,
    who: Asker,
    house: House,
    journey: Annotated[StepId | None, Query(description="In this journey only.", examples=["heart-failure-pioneer"])] = None,
    step: Annotated[StepId | None, Query(description="Of this step of the journey only; then it is also judged as if it were sent now.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many judgements at most.")] = 20,
) -> PersonWhy:
    """What the gate said of touches to this person; with a journey and a step also what it would say at this moment, by today's evidence."""
    await found_person(house, who, person_id)
    if step is not None and journey is None:
        detail = "Name the journey of the step."
        raise Problem(Code.INVALID, detail, errors=[FieldError(detail=detail, parameter="journey")])
    past = tuple(await house.judgements.of_person(who, person_id, journey=journey, step=step, limit=limit))
    now = await _now(house, who, person_id, journey, step) if journey is not None and step is not None else None
    return PersonWhy(past=past, now=now)


async def _now(house: Ports, who: Who, person_id: str, journey: str, step: str) -> WhyLine:
    """By the version that the person is in, else the one that an HCP would enter."""
    now = house.clock.now()
    row = await house.definitions.find(journey, await house.judgements.version_of(person_id, journey), now=now)
    definition = standing.seen(row, who).definition
    said = await house.judgements.if_sent_now(person_id, definition, step, now=now)
    if said is None:
        sends = tuple(name for name, one in definition.steps.items() if isinstance(one, SendStep))
        detail = f"This journey sends nothing at {step!r}."
        raise Problem(Code.UNKNOWN_STEP, detail, errors=[FieldError(detail=detail, parameter="step")], allowed=sends)
    return said
