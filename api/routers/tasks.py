"""Tasks: the list of the day, the brief before a call, and the five commands of a human. Each command acts once under its Idempotency-Key."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from api import briefs, letters, visits
from api.asking import asked_about_safety
from api.attempts import Attempted
from api.codes import Code
from api.commands import carried_out
from api.house import House
from api.idempotency import Once
from api.paging import Slice, asked, encode
from api.ports import Ports
from api.problems import Problem, in_field, not_found, responses
from api.rows import TaskRow
from api.schemas.shapes import Asked, Page
from api.schemas.tasks import Choose, Complete, Done, Reassign, Skip, Snooze, TaskLine, TaskRead
from api.security import Anyone, only
from api.who import WORKERS, Role, Who, worker_of, works
from journeys import events
from journeys.definitions import Definition, VisitStep
from journeys.facts import Wall

router = APIRouter(prefix="/tasks", tags=["tasks"])

Worker = Annotated[Who, Depends(only(*sorted(WORKERS)))]
Conductor = Annotated[Who, Depends(only(Role.REP))]
Commanded = Callable[[dict[str, Any]], events.Command]
Look = Callable[[TaskRow], Awaitable[None]]
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
    definition = await _definition(house, task)
    if task.side == Wall.MEDICAL:
        return briefs.for_medical(task, definition, who=who, profile=await house.people.medical(who, task.person.id, now=house.clock.now()))
    named = briefs.materials_named(definition, task.step)
    contents = await house.contents.versions(named)
    parts = tuple(ref for each in contents.values() for ref in letters.offered(each))
    contents = {**contents, **await house.contents.versions(parts)} if parts else contents
    profile = await house.people.commercial(task.person.id)
    step = definition.steps.get(task.step)
    met = await house.organisations.visiting(task.person.id, step.visit.form, task_id=task.id) if isinstance(step, VisitStep) else None
    return briefs.for_commercial(task, definition, who=who, profile=profile, contents=contents, visiting=met, now=house.clock.now())


class Hand:
    """A user's hand on one task: whatever it does takes effect once under its Idempotency-Key."""

    def __init__(self, task_id: str, house: House, attempt: Attempted) -> None:
        self.task_id = task_id
        self.house = house
        self._attempt = attempt

    async def give(self, who: Who, body: Asked, make: Commanded, *, words: str | None, look: Look | None = None, anybodys: bool = False) -> Done:
        """Find the task, look at it, keep the words apart, and give the run the command that `make` makes of their id.

        `anybodys` takes a colleague's task too; otherwise it must be one's own.
        """

        async def work(once: Once) -> Done:
            house = self.house
            task = await (_ours if anybodys else _own)(house, who, self.task_id)
            if look is not None:
                await look(task)
            remark = await house.remarks.keep(who, words, side=task.side, once=once, now=house.clock.now()) if words else None
            command = make({"id": once.command_id, "by": who.id, "remark": remark, "task": self.task_id})
            return await carried_out(house, who, command, enrolment_id=task.enrolment_id, journey=(task.journey, task.version))

        return await self._attempt.once(body, Done, work)


Handed = Annotated[Hand, Depends(Hand)]


@router.post("/{task_id}/complete", summary="Complete a task", responses=_REFUSALS)
async def complete(body: Complete, who: Worker, hand: Handed) -> Done:
    """Report the outcome. The answer tells what happened because of it and what is next."""

    async def look(task: TaskRow) -> None:
        await _check_persona(hand.house, who, body)
        await _check_inquiry(hand.house, who, task, body.inquiry_id)
        if task.inquiry_id is not None and body.safety is None:
            await asked_about_safety(hand.house, task.inquiry_id)
        step = (await _definition(hand.house, task)).steps.get(task.step)
        await letters.keep_choice(hand.house, who, task, step, body)
        await visits.keep_approval(hand.house, who, task, step, body)

    told = body.model_dump(include={"outcome", "channel"}) | {
        "persona": body.persona.is_ if body.persona else None,
        "inquiry": body.inquiry_id,
        "chosen": body.choose,
    }
    return await hand.give(who, body, lambda given: events.Complete(**given, **told), words=_words(body), look=look)


@router.post("/{task_id}/skip", summary="Skip a task", responses=_REFUSALS)
async def skip(body: Skip, who: Worker, hand: Handed) -> Done:
    """Leave it undone, with a reason; the journey goes on along the skipped or overdue path."""
    return await hand.give(who, body, lambda given: events.Skip(**given, reason=body.reason), words=body.remark)


@router.post("/{task_id}/snooze", summary="Put a task off", responses=_REFUSALS)
async def snooze(body: Snooze, who: Worker, hand: Handed) -> Done:
    """Put it off to a later time; where that is after its due time, it is due then."""
    return await hand.give(who, body, lambda given: events.Snooze(**given, until=body.until), words=body.remark)


@router.post("/{task_id}/reassign", summary="Hand a task over", responses=_REFUSALS)
async def reassign(body: Reassign, who: Worker, hand: Handed) -> Done:
    """Hand it to a colleague of the same role who is aligned to the HCP's territory, or take over a colleague's."""

    async def look(task: TaskRow) -> None:
        role = worker_of(task.side, task.kind)
        if not await hand.house.users.may_work(body.to, role=role, territory_id=task.person.territory_id):
            raise in_field(Code.CANNOT_TAKE_OVER, f"A task like this goes to an active {role} who is aligned to the HCP's territory.", "/to")

    return await hand.give(who, body, lambda given: events.Reassign(**given, to=body.to), words=body.remark, look=look, anybodys=True)


@router.post("/{task_id}/choose", summary="Choose another step", responses=_REFUSALS)
async def choose(body: Choose, who: Conductor, hand: Handed) -> Done:
    """Leave the task for one of the steps that the journey offers here, with a reason."""

    async def look(task: TaskRow) -> None:
        await _check_inquiry(hand.house, who, task, body.inquiry_id)

    return await hand.give(who, body, lambda given: events.Choose(**given, offer=body.offer, inquiry=body.inquiry_id), words=body.remark, look=look)


async def _found(house: Ports, who: Who, task_id: str) -> TaskRow:
    task = await house.tasks.find(who, task_id)
    if task is None:
        raise not_found("task")
    return task


async def _definition(house: Ports, task: TaskRow) -> Definition:
    return (await house.definitions.read([(task.journey, task.version)]))[task.journey, task.version]


async def _ours(house: Ports, who: Who, task_id: str) -> TaskRow:
    """The task, where it is one of the asker's role, a colleague's included."""
    task = await _found(house, who, task_id)
    if not works(who.role, task.side, task.kind):
        raise Problem(Code.NOT_YOUR_TASK, f"This task is for the role {worker_of(task.side, task.kind)}.")
    return task


async def _own(house: Ports, who: Who, task_id: str) -> TaskRow:
    task = await _ours(house, who, task_id)
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
    inquiry = await house.inquiries.find(who, inquiry_id, now=house.clock.now())
    if inquiry is None or inquiry.person_id != task.person.id:
        raise in_field(Code.INQUIRY_UNKNOWN, "No question of this HCP is recorded under that id.", "/inquiry_id")
    if inquiry.status == "draft":
        raise in_field(Code.INQUIRY_UNKNOWN, "This question is a draft. Submit it first: medical reads none before.", "/inquiry_id")


def _words(body: Complete) -> str | None:
    """The remark, and what made the conductor see the persona: kept together, because they were said of one meeting."""
    said = (body.remark, body.persona.reason if body.persona else None)
    return "\n\n".join(words for words in said if words) or None
