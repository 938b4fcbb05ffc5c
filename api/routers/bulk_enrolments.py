"""Bulk enrolments: counted first, let go by a person, paced, and stopped in one move."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api.attempts import Attempt, Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.ports import Ports
from api.problems import Problem, responses, unknown
from api.rows import SweepRow
from api.schemas.bulk_enrolments import BulkAct, BulkEnrolmentRead, BulkResult, NewBulkEnrolment
from api.schemas.shapes import Page
from api.security import only
from api.who import Role, Who
from journeys.shapes import StepId

router = APIRouter(prefix="/bulk-enrolments", tags=["bulk enrolments"])

Enroller = Annotated[Who, Depends(only(Role.MARKETING, Role.ADMIN))]
Reader = Annotated[Who, Depends(only(Role.MARKETING, Role.COMPLIANCE, Role.ADMIN))]
Act = Literal["confirm", "pause", "resume", "stop"]
State = Literal["counting", "counted", "running", "paused", "stopped", "done"]
Result = Literal["entered", "queued", "refused", "failed"]
_ACTED = responses(401, 403, 404, 409, 422)

_ALLOWED: dict[str, tuple[Act, ...]] = {"counting": ("stop",), "counted": ("confirm", "stop"), "running": ("pause", "stop"), "paused": ("resume", "stop")}


@router.post("", status_code=201, summary="Count a bulk enrolment", dependencies=[Nudged], responses=responses(401, 403, 404, 422))
async def count_bulk(body: NewBulkEnrolment, who: Enroller, house: House, attempt: Attempted) -> BulkEnrolmentRead:
    """Count whom it would enter and whom it would refuse, and why. Nobody enters before it is confirmed."""

    async def work(once: Once) -> BulkEnrolmentRead:
        now = house.clock.now()
        if await house.definitions.find(body.journey, None, now=now) is None:
            raise unknown("published definition")
        return _read(await house.sweeps.create(who, body, once=once, now=now))

    return await attempt.once(body, BulkEnrolmentRead, work)


@router.get("", summary="List bulk enrolments", responses=responses(401, 403, 422))
async def list_bulks(
    _: Reader,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    journey: Annotated[StepId | None, Query(description="Of this journey only.")] = None,
    state: Annotated[State | None, Query(description="In this state only.")] = None,
) -> Page[BulkEnrolmentRead]:
    """The latest first; with those that a journey's schedule or condition began by itself."""
    return page(await house.sweeps.page(journey=journey, state=state, cut=cut), _read)


@router.get("/{bulk_id}", summary="Read a bulk enrolment", responses=responses(401, 403, 404))
async def read_bulk(bulk_id: str, _: Reader, house: House) -> BulkEnrolmentRead:
    """What the count came to, and how far it is."""
    return _read(await _found(house, bulk_id))


@router.get("/{bulk_id}/results", summary="List what it came to for each person", responses=responses(401, 403, 404, 422))
async def list_bulk_results(
    bulk_id: str,
    _: Reader,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    result: Annotated[Result | None, Query(description="With this result only.")] = None,
) -> Page[BulkResult]:
    """Each person with the enrolment, or the reason why there is none."""
    await _found(house, bulk_id)
    return page(await house.sweeps.results(bulk_id, result=result, cut=cut), BulkResult.model_validate)


@router.post("/{bulk_id}/confirm", summary="Let it go", dependencies=[Nudged], responses=_ACTED)
async def confirm_bulk(bulk_id: str, body: BulkAct, who: Enroller, house: House, attempt: Attempted) -> BulkEnrolmentRead:
    """Enter those who were counted. Each is asked the same questions again at the moment of entry."""
    return await _act(house, who, attempt, body, bulk_id, "confirm")


@router.post("/{bulk_id}/pause", summary="Pause it", dependencies=[Nudged], responses=_ACTED)
async def pause_bulk(bulk_id: str, body: BulkAct, who: Enroller, house: House, attempt: Attempted) -> BulkEnrolmentRead:
    """Enter nobody more after the page under way, which is one second's entries. Who has entered stays."""
    return await _act(house, who, attempt, body, bulk_id, "pause")


@router.post("/{bulk_id}/resume", summary="Resume it", dependencies=[Nudged], responses=_ACTED)
async def resume_bulk(bulk_id: str, body: BulkAct, who: Enroller, house: House, attempt: Attempted) -> BulkEnrolmentRead:
    """Go on after the last person, at its pace: what was not entered during the pause is not made up for in a rush."""
    return await _act(house, who, attempt, body, bulk_id, "resume")


@router.post("/{bulk_id}/stop", summary="Stop it for good", dependencies=[Nudged], responses=_ACTED)
async def stop_bulk(bulk_id: str, body: BulkAct, who: Reader, house: House, attempt: Attempted) -> BulkEnrolmentRead:
    """Enter nobody more, ever. Who has entered stays; the results say who they are."""
    return await _act(house, who, attempt, body, bulk_id, "stop")


async def _act(house: Ports, who: Who, attempt: Attempt, body: BulkAct, bulk_id: str, act: Act) -> BulkEnrolmentRead:
    async def work(_: Once) -> BulkEnrolmentRead:
        before = await _found(house, bulk_id)
        row = await house.sweeps.act(who, bulk_id, act, now=house.clock.now())
        if row is None:
            raise Problem(Code.SWEEP_MOVED_ON, f"The bulk enrolment is {before.state} now.", allowed=_ALLOWED.get(before.state, ()))
        return _read(row)

    return await attempt.once(body, BulkEnrolmentRead, work)


async def _found(house: Ports, bulk_id: str) -> SweepRow:
    row = await house.sweeps.find(bulk_id)
    if row is None:
        raise unknown("bulk enrolment")
    return row


def _read(row: SweepRow) -> BulkEnrolmentRead:
    return BulkEnrolmentRead.model_validate(row)
