"""Enrolments: put an HCP in a journey, see where the run stands and what it did, and end it by hand."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from api import lines, telling
from api.attempts import Attempted
from api.briefs import may_work, offers
from api.codes import Code
from api.commands import carried_out
from api.house import House
from api.idempotency import Once
from api.nudging import Nudged
from api.paging import Batch, Slice, asked, encode, page
from api.ports import NotEnrolled, Ports
from api.problems import Problem, not_found, responses, unknown
from api.routers.people import found_person
from api.rows import EnrolmentRow, TaskRow
from api.schemas.enrolments import EnrolmentForCommercial, EnrolmentForMedical, EnrolmentRead, LeaveJourney, LineStanding, NewEnrolment, Standing
from api.schemas.requests import RequestRead
from api.schemas.shapes import Page
from api.schemas.tasks import Done, Next, Offer
from api.schemas.timeline import TimelineLine
from api.security import Anyone, only
from api.who import Role, Who
from journeys import position
from journeys.definitions import Definition
from journeys.events import Leave
from journeys.facts import Wall
from journeys.shapes import StepId
from journeys.state import EndKind
from journeys.versions import RELEASED

router = APIRouter(prefix="/enrolments", tags=["enrolments"])

Enroller = Annotated[Who, Depends(only(Role.REP, Role.MARKETING, Role.ADMIN))]
Ender = Annotated[Who, Depends(only(Role.REP, Role.MARKETING, Role.COMPLIANCE, Role.ADMIN))]


@router.post("", status_code=201, summary="Enrol an HCP", dependencies=[Nudged], responses=responses(401, 403, 404, 409, 422))
async def enrol(body: NewEnrolment, who: Enroller, house: House, attempt: Attempted) -> EnrolmentForCommercial:
    """Put an HCP in a journey. The entry condition, the objection, the market and earlier runs are looked at in the same transaction."""

    async def work(once: Once) -> EnrolmentForCommercial:
        person = await found_person(house, who, body.person_id)
        now = house.clock.now()
        entered = await house.definitions.find(body.journey, body.version, now=now)
        if entered is None or entered.life.state not in RELEASED:
            raise unknown("published definition")
        row = await house.enrolments.create(who, person, entered.definition, key=body.key, once=once, now=now)
        if isinstance(row, NotEnrolled):
            raise Problem(Code(row.code), row.detail)
        return _for_commercial(row, entered.definition, (), who)

    return await attempt.once(body, EnrolmentForCommercial, work)


@router.get("", summary="List enrolments", responses=responses(401, 403, 422))
async def list_enrolments(
    who: Anyone,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    status: Annotated[Literal["queued", "requested", "running", "ended"] | None, Query(description="In this status only.")] = None,
    journey: Annotated[StepId | None, Query(description="In this journey only; commercial roles may ask.")] = None,
    person: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="Of this person only.")] = None,
    ended: Annotated[EndKind | None, Query(description="That ended in this way only: `held_out` lists the comparison group.")] = None,
) -> Page[EnrolmentRead]:
    """Enrolments, the latest first. Medical roles see that there is one, and not in which journey."""
    if journey is not None and not who.sees(Wall.COMMERCIAL):
        raise Problem(Code.FIREWALL, "A journey's name tells the persona: medical roles do not search by it.")
    if ended is not None and not who.sees(Wall.COMMERCIAL):
        raise Problem(Code.FIREWALL, "How a journey ended is commercial: medical roles do not search by it.")
    found = await house.enrolments.page(who, status=status, journey=journey, person_id=person, end_kind=ended, cut=cut)
    return await _page(house, who, found)


@router.get("/{enrolment_id}", summary="Read an enrolment", responses=responses(401, 404))
async def read_enrolment(enrolment_id: str, who: Anyone, house: House) -> EnrolmentRead:
    """Where the run stands on every line and why, and what may be chosen next at its open tasks."""
    row = await _found(house, who, enrolment_id)
    tasks = await house.tasks.open_of(who, enrolment_id)
    if not who.sees(Wall.COMMERCIAL):
        return _for_medical(row, tasks)
    definitions = await house.definitions.read([(row.journey, row.version)])
    return _for_commercial(row, definitions.get((row.journey, row.version)), tasks, who)


@router.get("/{enrolment_id}/story", summary="Read the story of a run", responses=responses(401, 404, 422))
async def read_story(enrolment_id: str, who: Anyone, house: House, cut: Annotated[Slice, Depends(asked)]) -> Page[TimelineLine]:
    """Every move of the run from its beginning, each with its reason, as far as one's side may read it."""
    await _found(house, who, enrolment_id)
    found = await house.timelines.of_enrolment(who, enrolment_id, newest_first=False, cut=cut, now=house.clock.now())
    return await lines.page(house, who, found)


@router.get("/{enrolment_id}/requests", summary="Read what a run asked of other systems", responses=responses(401, 404, 422))
async def read_requests(enrolment_id: str, who: Anyone, house: House, cut: Annotated[Slice, Depends(asked)]) -> Page[RequestRead]:
    """Each request with how it stands, the first one first. Medical roles see none: whom a journey asks is commercial."""
    await _found(house, who, enrolment_id)
    return page(await house.requests.of_enrolment(who, enrolment_id, cut=cut), RequestRead.model_validate)


@router.post("/{enrolment_id}/exit", summary="End a run by hand", responses=responses(401, 403, 404, 409, 422, 503))
async def leave(enrolment_id: str, body: LeaveJourney, who: Ender, house: House, attempt: Attempted) -> Done:
    """Take the HCP out of the journey now, wherever the run stands; what was open is closed and nothing later is sent."""

    async def work(once: Once) -> Done:
        row = await _found(house, who, enrolment_id)
        if row.status == "queued" and await house.enrolments.leave_queue(who, row.id, reason=body.reason, now=house.clock.now()):
            return Done(happened=(), next=Next(sentence="Left the queue: the journey had not begun.", doing="ended", reason=body.reason))
        remark = await house.remarks.keep(who, body.remark, side=Wall.COMMERCIAL, once=once, now=house.clock.now())
        command = Leave(id=once.command_id, by=who.id, remark=remark, reason=body.reason)
        return await carried_out(house, who, command, enrolment_id=row.id, journey=(row.journey, row.version))

    return await attempt.once(body, Done, work)


async def _found(house: Ports, who: Who, enrolment_id: str) -> EnrolmentRow:
    row = await house.enrolments.find(who, enrolment_id)
    if row is None:
        raise not_found("enrolment")
    return row


async def _page(house: Ports, who: Who, batch: Batch[EnrolmentRow]) -> Page[EnrolmentRead]:
    after = encode(batch.next) if batch.next else None
    if not who.sees(Wall.COMMERCIAL):
        return Page(items=tuple(_for_medical(row, ()) for row in batch.rows), next=after)
    definitions = await house.definitions.read(sorted({(row.journey, row.version) for row in batch.rows}))
    return Page(items=tuple(_for_commercial(row, definitions.get((row.journey, row.version)), (), who) for row in batch.rows), next=after)


def _for_medical(row: EnrolmentRow, tasks: Sequence[TaskRow]) -> EnrolmentForMedical:
    return EnrolmentForMedical(**_shared(row, tasks))


def _for_commercial(row: EnrolmentRow, definition: Definition | None, tasks: Sequence[TaskRow], who: Who) -> EnrolmentForCommercial:
    return EnrolmentForCommercial(
        **_shared(row, tasks),
        journey=row.journey,
        version=row.version,
        purpose=row.purpose,
        market=row.market,
        key=row.entry_key,
        conductor=row.conductor,
        created_by=row.created_by,
        standing=_standing(row, definition),
        lines=tuple(_line(standing, definition) for standing in row.lines) if row.status == "running" else (),
        may_choose=tuple(_offered(definition, [task for task in tasks if may_work(who, task)])) if definition is not None else (),
    )


def _offered(definition: Definition, own: Sequence[TaskRow]) -> Iterator[Offer]:
    for task in own:
        yield from (offer.model_copy(update={"task": task.id}) for offer in offers(definition, task.step))


def _line(read: position.Standing, definition: Definition | None) -> LineStanding:
    sentence = telling.standing(doing=read.doing, step=read.step, until=read.until, reason=read.reason, ended=None, definition=definition)
    return LineStanding(**read.model_dump(exclude={"key"}), sentence=sentence, title=telling.title(definition, read.step))


def _shared(row: EnrolmentRow, tasks: Sequence[TaskRow]) -> dict[str, Any]:
    named = ("id", "person_id", "product", "status", "created_at", "ended_at")
    waiting = tuple(task.id for task in tasks)
    return {name: getattr(row, name) for name in named} | {"open_task": next(iter(waiting), None), "open_tasks": waiting}


def _standing(row: EnrolmentRow, definition: Definition | None) -> Standing:
    doing = "ended" if row.status == "ended" else row.doing or row.status
    reason = row.end_reason if doing == "ended" else row.held_because or ("busy" if row.busy_with else None)
    step = definition.steps.get(row.step) if definition and row.step else None
    # The run may wake before the step that it stands at is left: for another line, or to ask what has changed by the passing of time.
    own = position.Standing.model_validate(row.lines[0]).until if row.lines else row.until
    return Standing(
        sentence=telling.standing(doing=doing, step=row.step, until=own, reason=reason, ended=row.end_kind, definition=definition, busy_with=row.busy_with),
        doing=doing,
        step=row.step,
        title=telling.title(definition, row.step) if row.step else None,
        why=step.why if step else None,
        since=row.since,
        until=row.until,
        reason=reason,
        busy_with=row.busy_with,
    )
