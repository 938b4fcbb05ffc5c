"""Tasks: the list of the day, the brief before a call, and the five commands of a human. Each command acts once under its Idempotency-Key."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from api import briefs
from api.attempts import Attempted
from api.codes import Code
from api.commands import carried_out
from api.house import House
from api.idempotency import Once
from api.paging import Slice, asked, encode
from api.ports import Ports
from api.problems import Problem, in_field, not_found, responses
from api.rows import TaskRow
from api.schemas.shapes import Page
from api.schemas.tasks import Choose, Complete, Done, Reassign, Skip, Snooze, TaskLine, TaskRead
from api.security import Anyone, only
from api.who import Role, Who
from journeys import events
from journeys.facts import Wall

router = APIRouter(prefix="/tasks", tags=["tasks"])

Worker = Annotated[Who, Depends(only(Role.REP, Role.MSL, Role.MEDICAL))]
Conductor = Annotated[Who, Depends(only(Role.REP))]
Commanded = Callable[[Once, str | None], events.Command]
_REFUSALS = responses(401, 403, 404, 409, 422, 503)


@router.get("", summary="List tasks", responses=responses(401, 422))
async def list_tasks(
    who: Anyone,
    house: House,
    cut: Annotated[Slice, Depends(asked)],
    status: Annotated[
        Literal["open", "done", "skipped", "overdue", "redirected", "cancelled", "all"], Query(description="In this status only, or in all.")
    ] = "open",
    due_before: Annotated[AwareDatetime | None, Query(description="Due before this instant.", examples=["2026-03-03T00:00:00Z"])] = None,
    assignee: Annotated[Literal["me", "none", "all"], Query(description="Mine, nobody's, or everybody's that I may see.")] = "all",
    person: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="About this person only.")] = None,
) -> Page[TaskLine]:
    """Tasks of one's own side of the firewall, the first due first, each with why it is there now."""
    found = await house.tasks.page(who, status=None if status == "all" else status, due_before=due_before, assignee=assignee, person_id=person, cut=cut)
    definitions = await house.definitions.read(sorted({(task.journey, task.version) for task in found.rows}))
    items = tuple(briefs.line(task, definitions.get((task.journey, task.version))) for task in found.rows)
    return Page(items=items, next=encode(found.next) if found.next else None)


@router.get("/{task_id}", summary="Read a task", responses=responses(401, 404))
async def read_task(task_id: str, who: Anyone, house: House) -> TaskRead:
    """All that is needed to do it: why, the HCP as one's side knows them, what to show on which channel, what may be reported and chosen."""
    task = await _found(house, who, task_id)
    definition = (await house.definitions.read([(task.journey, task.version)]))[task.journey, task.version]
    if task.side == Wall.MEDICAL:
        return briefs.for_medical(task, definition, who=who, profile=await house.people.medical(task.person.id))
    contents = await house.contents.versions(briefs.materials_named(definition, task.step))
    profile = await house.people.commercial(task.person.id)
    return briefs.for_commercial(task, definition, who=who, profile=profile, contents=contents)


@router.post("/{task_id}/complete", summary="Complete a task", responses=_REFUSALS)
async def complete(task_id: str, body: Complete, who: Worker, house: House, attempt: Attempted) -> Done:
    """Report the outcome. The answer tells what happened because of it and what is next."""

    async def work(once: Once) -> Done:
        task = await _own(house, who, task_id)
        await _check_persona(house, who, body)
        await _check_inquiry(house, who, task, body.inquiry_id)
        return await _give(
            house,
            who,
            task,
            once,
            _words(body),
            lambda once, remark: events.Complete(
                id=once.command_id,
                by=who.id,
                remark=remark,
                task=task_id,
                outcome=body.outcome,
                channel=body.channel,
                persona=body.persona.is_ if body.persona else None,
                inquiry=body.inquiry_id,
                chosen=body.choose,
            ),
        )

    return await attempt.once(body, Done, work)


@router.post("/{task_id}/skip", summary="Skip a task", responses=_REFUSALS)
async def skip(task_id: str, body: Skip, who: Worker, house: House, attempt: Attempted) -> Done:
    """Leave it undone, with a reason; the journey goes on along the skipped or overdue path."""

    async def work(once: Once) -> Done:
        task = await _own(house, who, task_id)
        return await _give(
            house,
            who,
            task,
            once,
            body.remark,
            lambda once, remark: events.Skip(id=once.command_id, by=who.id, remark=remark, task=task_id, reason=body.reason),
        )

    return await attempt.once(body, Done, work)


@router.post("/{task_id}/snooze", summary="Put a task off", responses=_REFUSALS)
async def snooze(task_id: str, body: Snooze, who: Worker, house: House, attempt: Attempted) -> Done:
    """Put it off to a later time; where that is after its due time, it is due then."""

    async def work(once: Once) -> Done:
        task = await _own(house, who, task_id)
        return await _give(
            house,
            who,
            task,
            once,
            body.remark,
            lambda once, remark: events.Snooze(id=once.command_id, by=who.id, remark=remark, task=task_id, until=body.until),
        )

    return await attempt.once(body, Done, work)


@router.post("/{task_id}/reassign", summary="Hand a task over", responses=_REFUSALS)
async def reassign(task_id: str, body: Reassign, who: Worker, house: House, attempt: Attempted) -> Done:
    """Hand it to a colleague of the same role who is aligned to the HCP's territory, or take over a colleague's."""

    async def work(once: Once) -> Done:
        task = await _found(house, who, task_id)
        role = briefs.WORKERS[Wall(task.side)]
        if not await house.users.may_work(body.to, role=role, territory_id=task.person.territory_id):
            raise in_field(Code.CANNOT_TAKE_OVER, f"A task like this goes to an active {role} who is aligned to the HCP's territory.", "/to")
        return await _give(
            house, who, task, once, body.remark, lambda once, remark: events.Reassign(id=once.command_id, by=who.id, remark=remark, task=task_id, to=body.to)
        )

    return await attempt.once(body, Done, work)


@router.post("/{task_id}/choose", summary="Choose another step", responses=_REFUSALS)
async def choose(task_id: str, body: Choose, who: Conductor, house: House, attempt: Attempted) -> Done:
    """Leave the task for one of the steps that the journey offers here, with a reason."""

    async def work(once: Once) -> Done:
        task = await _own(house, who, task_id)
        await _check_inquiry(house, who, task, body.inquiry_id)
        return await _give(
            house,
            who,
            task,
            once,
            body.remark,
            lambda once, remark: events.Choose(id=once.command_id, by=who.id, remark=remark, task=task_id, offer=body.offer, inquiry=body.inquiry_id),
        )

    return await attempt.once(body, Done, work)


async def _give(house: Ports, who: Who, task: TaskRow, once: Once, words: str | None, make: Commanded) -> Done:
    """Keep the words, then give the command with their id."""
    now: datetime = house.clock.now()
    remark = await house.remarks.keep(who, words, side=task.side, once=once, now=now) if words else None
    return await carried_out(house, who, make(once, remark), enrolment_id=task.enrolment_id, journey=(task.journey, task.version))


async def _found(house: Ports, who: Who, task_id: str) -> TaskRow:
    task = await house.tasks.find(who, task_id)
    if task is None:
        raise not_found("task")
    return task


async def _own(house: Ports, who: Who, task_id: str) -> TaskRow:
    task = await _found(house, who, task_id)
    if not briefs.may_work(who, task):
        raise Problem(Code.NOT_YOUR_TASK, "This task is a colleague's. Hand it over to yourself first (reassign), with a remark why.")
    return task


async def _check_persona(house: Ports, who: Who, body: Complete) -> None:
    if body.persona is None:
        return
    if not who.sees(Wall.COMMERCIAL):
        raise in_field(Code.FIREWALL, "Personas are commercial: medical roles neither see nor correct them.", "/persona")
    known = await house.definitions.personas()
    if body.persona.is_ not in known:
        raise in_field(Code.PERSONA_UNKNOWN, f"There is no persona `{body.persona.is_}`.", "/persona/is", allowed=sorted(known))


async def _check_inquiry(house: Ports, who: Who, task: TaskRow, inquiry_id: str | None) -> None:
    if inquiry_id is None:
        return
    inquiry = await house.inquiries.find(who, inquiry_id)
    if inquiry is None or inquiry.person_id != task.person.id:
        raise in_field(Code.INQUIRY_UNKNOWN, "No question of this HCP is recorded under that id.", "/inquiry_id")


def _words(body: Complete) -> str | None:
    """The remark, and what made the conductor see the persona: kept together, because they were said of one meeting."""
    said = (body.remark, body.persona.reason if body.persona else None)
    return "\n\n".join(words for words in said if words) or None
