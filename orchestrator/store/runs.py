"""The store's part in a run's life: opening it, recording its advances, putting its tasks before people. It implements `activities.ports.Runs`."""

from datetime import UTC, datetime

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.orders import Entry, FactsOrder, JourneyOrder, MoveOrder, Opened, OpenOrder, TaskOrder
from activities.ports import UnknownRun
from journeys.conditions import Value
from journeys.definitions import Definition
from orchestrator.store.continuing import begin_within
from orchestrator.store.engine import transaction
from orchestrator.store.facts import has_objected, load_facts, withdrawn_channels
from orchestrator.store.halts import tell_of_pauses
from orchestrator.store.markets import calendar_for, policy_of
from orchestrator.store.projection import project
from orchestrator.store.reacting import entered_by
from orchestrator.store.tables import Alignment, DefinitionVersion, Enrolment, Person, Task, User


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
                calendar=calendar_for(person, await policy_of(session, person.market), now=order.at),
                facts=await load_facts(session, person.id, definition.facts, now=order.at),
                withdrawn=await withdrawn_channels(session, person, now=order.at),
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
                session.add(await _task(session, enrolment, order))

    async def facts(self, order: FactsOrder, *, now: datetime) -> dict[str, Value | None]:
        """Record the advance and report the facts as they stand at `now`."""
        async with transaction(self._engine) as session:
            await project(session, order.entry, now=datetime.now(UTC))
            enrolment = await session.get_one(Enrolment, order.entry.enrolment)
            return await load_facts(session, enrolment.person_id, order.facts.names, now=now)

    async def move(self, order: MoveOrder) -> None:
        """Record the advance and name the version that the run is on from here, in one transaction and once."""
        async with transaction(self._engine) as session:
            enrolment = await project(session, order.entry, now=datetime.now(UTC))
            if enrolment is not None:
                enrolment.version, enrolment.digest = order.version, order.digest

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
    return Definition.model_validate(row.body)


async def _task(session: AsyncSession, enrolment: Enrolment, order: TaskOrder) -> Task:
    medical = order.task.kind == "medical"
    return Task(
        id=order.task.key,
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        territory_id=enrolment.territory_id,
        side="medical" if medical else "commercial",
        kind=order.task.kind,
        step=order.task.step,
        assignee=await _liaison(session, enrolment.territory_id) if medical else enrolment.conductor,
        due=order.task.due,
        inquiry_id=order.task.inquiry,
        opened_at=order.entry.at,
    )


async def _liaison(session: AsyncSession, territory: str | None) -> str | None:
    """The MSL of the territory with the fewest open hand-offs, then the first by id; None leaves the task in the queue for any of them."""
    open_tasks = select(func.count()).where(Task.assignee == User.id, Task.status == "open").scalar_subquery()
    liaisons = (
        select(User.id)
        .join(Alignment, col(Alignment.user_id) == col(User.id))
        .where(User.role == "msl", col(User.active), Alignment.territory_id == territory)
        .order_by(open_tasks, col(User.id))
    )
    return (await session.exec(liaisons)).first()
