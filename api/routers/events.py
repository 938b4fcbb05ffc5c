"""Events of the outside: what other systems report of people. Stored once; they enter HCPs in journeys and are told to the runs that they concern."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from api import cloudevents
from api.attempts import Attempted
from api.codes import Code
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Slice, asked, page
from api.problems import FieldError, Problem, in_field, responses, unknown
from api.rows import EventRow
from api.schemas.events import EventRead, EventsTaken, EventTaken, NewEvent
from api.schemas.facts_in import JudgeAgain, JudgedAgain
from api.schemas.shapes import Page
from api.security import only
from api.who import Role, Who
from journeys.facts import Wall
from journeys.shapes import Slug

router = APIRouter(prefix="/events", tags=["events"])

Reporter = Annotated[Who, Depends(only(Role.ADMIN, Role.INTEGRATION))]
Reader = Annotated[Who, Depends(only(Role.COMPLIANCE, Role.ADMIN))]

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ahead of ours another system's clock may be."""


class _ForCloudEvents(APIRoute):
    """Answers at an address that another operation has too: what comes as a CloudEvent is this one's, all else is left to the other."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
        return super().matches(scope) if cloudevents.is_one(headers) else (Match.NONE, {})


async def report_cloud_events(_: Reporter, house: House, request: Request) -> EventsTaken:
    """Take CloudEvents 1.0, structured, in a batch or in binary mode. All of a batch are read before any is taken."""
    now = house.clock.now()
    headers = dict(request.headers.items())
    try:
        told = cloudevents.read(headers, await request.body())
    except cloudevents.InvalidEventError as invalid:
        raise Problem(Code.INVALID, str(invalid), errors=[_field(each) for each in invalid.wrong]) from None
    if any(each.time is not None and each.time > now + CLOCKS_DIFFER for each in told):
        raise in_field(Code.IN_THE_FUTURE, "An event is reported after it has happened.", "/time")
    taken = [await house.events.take_cloud(each, now=now) for each in told]
    return EventsTaken(items=tuple(EventTaken(**_read(row).model_dump(), repeated=repeated) for row, repeated in taken))


router.add_api_route(
    "",
    report_cloud_events,
    methods=["POST"],
    status_code=202,
    dependencies=[Nudged],
    include_in_schema=False,
    route_class_override=_ForCloudEvents,
)


@router.post("", status_code=202, summary="Report an event", dependencies=[Nudged], responses=responses(401, 403, 422))
async def report_event(body: NewEvent, _: Reporter, house: House) -> EventTaken:
    """Take an event of a person. The same event of the same source again gets the same answer, and nothing follows from it a second time; one that
    was not taken, because the person or the event was not known, is kept with the reason and looked at again when it is reported again."""
    now = house.clock.now()
    if body.at > now + CLOCKS_DIFFER:
        raise in_field(Code.IN_THE_FUTURE, "An event is reported after it has happened.", "/at")
    row, repeated = await house.events.take(body, now=now)
    return EventTaken(**_read(row).model_dump(), repeated=repeated)


@router.get("", summary="List events", responses=responses(401, 403, 422))
async def list_events(
    who: Reader,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    standing: Annotated[Slug | None, Query(description="Of this standing only: taken, unknown_person, unknown_event, …", examples=["unknown_person"])] = None,
    event: Annotated[Slug | None, Query(description="Of this name only.")] = None,
    person: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="Of this person only.")] = None,
    late: Annotated[bool | None, Query(description="Only those that were told late, or only those that were not.")] = None,
) -> Page[EventRead]:
    """Events, the latest first, each with what it led to; also those that were not taken, with the reason.
    An event that is declared as medical is for compliance alone."""
    return page(await house.events.page(who, standing=standing, event=event, person_id=person, late=late, cut=cut), _read)


@router.post("/judge-again", summary="Look again at events of unknown people", dependencies=[Nudged], responses=responses(401, 403, 422))
async def judge_events_again(body: JudgeAgain, who: Annotated[Who, Depends(only(Role.ADMIN))], house: House, attempt: Attempted) -> JudgedAgain:
    """Those that waited longest first. One whose person is known by now is taken, and what follows from it follows now."""

    async def work(once: Once) -> JudgedAgain:
        now = house.clock.now()
        remark = await house.remarks.keep(who, body.reason, side=Wall.COMMERCIAL, once=once, now=now)
        standing = await house.events.judge_again(who, source=body.source, most=body.most, remark=remark, now=now)
        return JudgedAgain(looked_at=sum(standing.values()), standing=dict(standing))

    return await attempt.once(body, JudgedAgain, work)


@router.get("/{event_id}", summary="Read an event", responses=responses(401, 403, 404))
async def read_event(event_id: str, who: Reader, house: House) -> EventRead:
    """One event, and what it led to in each journey."""
    row = await house.events.find(who, event_id)
    if row is None:
        raise unknown("event")
    return _read(row)


def _field(wrong: cloudevents.Wrong) -> FieldError:
    inside = wrong.where.startswith("/")
    return FieldError(detail=wrong.detail, pointer=wrong.where if inside or not wrong.where else None, parameter=None if inside else wrong.where or None)


def _read(row: EventRow) -> EventRead:
    return EventRead.model_validate(row)
