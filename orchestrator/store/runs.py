"""The store's part in a run's life: opening it, recording its advances, putting its tasks before people. It implements `activities.ports.Runs`."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.orders import Entry, FactsOrder, JourneyOrder, MoveOrder, Opened, OpenOrder, TaskOrder
from activities.ports import UnknownRun
from api.who import Role, worker_of
from journeys.conditions import Value
from journeys.definitions import Definition
from journeys.facts import Wall
from journeys.shapes import read_back
from journeys.sides import side_of
from orchestrator.store.continuing import begin_within
from orchestrator.store.engine import transaction
from orchestrator.store.facts import has_objected, load_facts, withdrawn_channels
from orchestrator.store.halts import tell_of_pauses
from orchestrator.store.markets import calendar_for, policy_of
from orchestrator.store.projection import project
from orchestrator.store.reacting import entered_by
from orchestrator.store.recipients import least_busy
from orchestrator.store.routing import give, route
from orchestrator.store.tables import DefinitionVersion, Enrolment, Inquiry, Person, Task
from orchestrator.store.versions import settle_after_run
from orchestrator.store.visiting import keep_out


class StoredRuns:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def open(self, order: OpenOrder) -> Opened:
        """Read what the run needs and mark the enrolment as running. Raises UnknownRun."""
        async with transaction(self._engine) as session:
            enrolment = await session.get(Enrolment, order.enrolment, with_for_update=True)
            if enrolment is None:
                raise UnknownRun(f"there is no enrolment {order.enrolment}")
            definition = await _definition(session, enrolment)
            person = await session.get_one(Person, enrolment.person_id)
            if enrolment.status == "requested":
                enrolment.status = "running"
                await tell_of_pauses(session, enrolment)
            session.add(enrolment)
            return Opened(
                definition=definition,
                calendar=await calendar_for(session, person, await policy_of(session, person.market), now=order.at),
                facts=await load_facts(session, person.id, definition.facts, now=order.at, product=definition.product),
                withdrawn=await withdrawn_channels(session, person, product=definition.product, now=order.at),
                objected=await has_objected(session, person.id),
                entered=await entered_by(session, enrolment.event_id),
                hundredth=enrolment.hundredth,
            )

    async def record(self, entry: Entry) -> None:
        """Record an advance once."""
        async with transaction(self._engine) as session:
            await project(session, entry, now=datetime.now(UTC))

    async def open_task(self, order: TaskOrder) -> None:
        """Record the advance and open its task, in one transaction and once."""
        async with transaction(self._engine) as session:
            enrolment = await project(session, order.entry, now=datetime.now(UTC))
            if enrolment is not None:
                task = await _task(session, enrolment, order)
                session.add(task)
                if task.kind == "visit":
                    step = (await _definition(session, enrolment)).steps.get(task.step)
                    await keep_out(session, task, step, await session.get_one(Person, task.person_id))

    async def facts(self, order: FactsOrder, *, now: datetime) -> dict[str, Value | None]:
        """Record the advance and report the facts as they stand at `now`."""
        async with transaction(self._engine) as session:
            await project(session, order.entry, now=datetime.now(UTC))
            enrolment = await session.get_one(Enrolment, order.entry.enrolment)
            return await load_facts(session, enrolment.person_id, order.facts.names, now=now, product=enrolment.product)

    async def move(self, order: MoveOrder) -> None:
        """Record the advance and name the version that the run is on from here, in one transaction and once."""
        async with transaction(self._engine) as session:
            enrolment = await project(session, order.entry, now=datetime.now(UTC))
            if enrolment is not None:
                left = (enrolment.journey, enrolment.version)
                enrolment.version, enrolment.digest = order.version, order.digest
                await session.flush()
                await settle_after_run(session, left, now=order.entry.at)  # it may have been the last on a version that drains

    async def start_journey(self, order: JourneyOrder, *, now: datetime) -> str | None:
        """Record the advance and enter the HCP in the other journey, once. Returns the code of what stood in the way."""
        async with transaction(self._engine) as session:
            await project(session, order.entry, now=datetime.now(UTC))
            enrolment = await session.get_one(Enrolment, order.entry.enrolment)
            return await begin_within(session, enrolment, order.journey, now=now)


async def _definition(session: AsyncSession, enrolment: Enrolment) -> Definition:
    row = await session.get(DefinitionVersion, (enrolment.journey, enrolment.version))
    if row is None or row.digest != enrolment.digest:
        raise UnknownRun(f"the store does not have {enrolment.journey} version {enrolment.version} with the digest of enrolment {enrolment.id}")
    return read_back(Definition, row.body)


async def _task(session: AsyncSession, enrolment: Enrolment, order: TaskOrder) -> Task:
    """A task of the side on which its step is played: the conductor's or, on the medical side and for what a lead decides, the least busy one's."""
    task = order.task
    side = side_of(await _definition(session, enrolment), task.step) if task.kind == "escalate" else Wall.MEDICAL if task.kind == "medical" else Wall.COMMERCIAL
    worker = worker_of(side, task.kind)
    return Task(
        id=task.key,
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        territory_id=enrolment.territory_id,
        side=side,
        kind=task.kind,
        step=task.step,
        assignee=enrolment.conductor if worker is Role.REP else await _colleague(session, worker, enrolment, order),
        due=task.due,
        inquiry_id=task.inquiry,
        opened_at=order.entry.at,
    )


async def _colleague(session: AsyncSession, worker: Role, enrolment: Enrolment, order: TaskOrder) -> str | None:
    """The task of a question is whose the question is: it was routed when it was submitted, and is routed now where it waits in the queue."""
    inquiry = await session.get(Inquiry, order.task.inquiry, with_for_update=True) if order.task.inquiry is not None else None
    if inquiry is None:
        return await least_busy(session, worker, territory=enrolment.territory_id)
    if inquiry.assignee is None:
        await give(session, inquiry, await route(session, inquiry, now=order.entry.at))
    return inquiry.assignee
