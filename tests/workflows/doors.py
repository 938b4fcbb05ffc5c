"""A house with its doors open: the real store and a real Temporal server with both workers and the relay, the events and facts that bring people into
journeys, and a channel that counts what goes out."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from api.idempotency import Once
from api.rows import EventRow, SweepRow
from api.schemas.bulk_enrolments import NewBulkEnrolment
from api.schemas.events import NewEvent
from journeys.definitions import Definition
from journeys.pace import Pace
from journeys.state import Ending
from orchestrator.clock import JourneyClock
from orchestrator.mail.compose import Composer
from orchestrator.store import library, tables
from orchestrator.store.considering import changed
from orchestrator.store.desk.events import StoredEvents
from orchestrator.store.desk.sweeps import StoredSweepDesk
from orchestrator.store.engine import transaction
from orchestrator.store.outbox import Relay
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.sweeping import make_sweeper
from orchestrator.temporal.worker import make_worker
from tests.builders import a_journey, a_market, an_email, an_exit
from tests.end_to_end.waiting import eventually
from tests.orchestrator.store.desk.filling import ASTRID, HOME, MARKETING, a_person, add, the_world
from tests.orchestrator.store.forcing import an_event, declare, put_in_force
from tests.workflows.links import PlainLinks
from tests.workflows.memory import MemoryChannel, MemoryRequests, MemoryRuns
from tests.workflows.stages import busy, speaking_pydantic
from workflows.journey import Journey
from workflows.run import workflow_id

Found = TypeVar("Found")

BERIT = "person-berit"
DAY = timedelta(days=1)
EVENTS = (
    *(an_event(name, key="appointment_id") for name in ("appointment_booked", "appointment_cancelled")),
    *(an_event(name, kind="code", page="code") for name in ("webinar_attended", "congress_attended", "contract_signed", "contract_ended", "page_viewed")),
)


@dataclass
class House:
    """What tests do at its doors, and what they see."""

    engine: AsyncEngine
    client: Client
    clock: JourneyClock
    channel: MemoryChannel

    def __post_init__(self) -> None:
        self.events = StoredEvents(self.engine)
        self.sweeps = StoredSweepDesk(self.engine)
        self._ids = count(1)

    async def publish(self, **journey: Any) -> Definition:
        """Put a journey in force."""
        definition = a_journey(**journey)
        await put_in_force(self.engine, definition, now=self.clock.now())
        return definition

    async def report(self, event: str, *, key: int | str | None = None, person: str = ASTRID, **told: Any) -> EventRow:
        """Another system reports an event, under an id of its own each time."""
        given = {"source": "booking", "id": f"evt-{next(self._ids)}", "event": event, "key": key, "person": person, "at": self.clock.now(), **told}
        return (await self.events.take(NewEvent.model_validate(given), now=self.clock.now()))[0]

    async def learn(self, person: str, **facts: Any) -> None:
        """Something else becomes known of a person."""
        async with transaction(self.engine) as session:
            profile = await session.get_one(tables.CommercialProfile, person)
            profile.sqlmodel_update(facts)
            session.add(profile)
            await changed(session, person, tuple(facts), id=f"learnt-{next(self._ids)}", now=self.clock.now())

    async def bulk(self, journey: str, selection: dict[str, Any], **told: Any) -> SweepRow:
        """Ask for a bulk enrolment, and wait until it is counted."""
        once = Once("user-marketing", f"bulk-{next(self._ids)}", "digest")
        asked = NewBulkEnrolment.model_validate({"journey": journey, "selection": selection, **told})
        row = await self.sweeps.create(MARKETING, asked, once=once, now=self.clock.now())
        return await self.sweep(row.id, "counted")

    async def sweep(self, sweep_id: str, state: str) -> SweepRow:
        """The sweep, once it is in this state."""

        async def look() -> SweepRow | None:
            row = await self.sweeps.find(sweep_id)
            return row if row is not None and row.state == state else None

        return await eventually(look, f"a sweep that is {state}")

    async def swept(self, journey: str, *, times: int = 1) -> None:
        """Wait until that many sweeps of the journey are done."""

        async def look() -> bool | None:
            async with transaction(self.engine) as session:
                done = await session.exec(select(tables.Sweep.id).where(tables.Sweep.journey == journey, tables.Sweep.state == "done"))
                return len(done.all()) >= times or None

        await eventually(look, f"{times} sweeps of {journey}")

    async def runs(self, journey: str, person: str | None = None) -> list[tables.Enrolment]:
        """The enrolments in a journey, in the order in which they were made."""
        async with transaction(self.engine) as session:
            rows = (await session.exec(select(tables.Enrolment).where(tables.Enrolment.journey == journey))).all()
        return sorted((row for row in rows if person in {None, row.person_id}), key=lambda row: row.created_at)

    async def see(self, journey: str, true: Callable[[tables.Enrolment], bool], *, person: str | None = None) -> tables.Enrolment:
        """The first enrolment of which this is true, once there is one."""

        async def look() -> tables.Enrolment | None:
            return next((row for row in await self.runs(journey, person) if true(row)), None)

        return await eventually(look, f"a run of {journey}")

    async def ended(self, journey: str, *, count: int = 1, person: str | None = None) -> list[tables.Enrolment]:
        """The enrolments in a journey, once that many have ended."""

        async def look() -> list[tables.Enrolment] | None:
            rows = [row for row in await self.runs(journey, person) if row.status == "ended"]
            return rows if len(rows) >= count else None

        return await eventually(look, f"{count} ended runs of {journey}")

    async def at_rest(self) -> None:
        """Wait until nothing lies in the outbox any more."""

        async def look() -> bool | None:
            async with transaction(self.engine) as session:
                rows = await session.exec(select(tables.Outbox.id).where(tables.Outbox.delivered_at == None))  # noqa: E711 - SQL's null
                return rows.first() is None or None

        await eventually(look, "an empty outbox")

    def handle(self, enrolment: str) -> WorkflowHandle[Journey, Ending]:
        return self.client.get_workflow_handle_for(Journey.run, workflow_id(enrolment))

    async def length(self, enrolment: str) -> int:
        """How many events the history of a run has, once nothing of the run is under way."""

        async def look() -> int | None:
            history = await self.handle(enrolment).fetch_history()
            return None if busy(history) else len(history.events)

        return await eventually(look, "a run at rest")

    @property
    def sent(self) -> Counter[str]:
        """How many messages went to each address."""
        return Counter(message.to for message in self.channel.sent)

    async def pass_time(self, span: timedelta) -> None:
        """Let that much journey time go by."""
        await asyncio.sleep(span / timedelta(seconds=1) / self.clock.pace.speed)


@asynccontextmanager
async def open_doors(
    engine: AsyncEngine, environment: WorkflowEnvironment, *, speed: float = 1.0, per_second: float = 50.0, **market: Any
) -> AsyncIterator[House]:
    """Astrid and Berit, pioneers who consented to e-mail, and nothing that caps it. Journey time runs at `speed`."""
    await the_world(engine)
    await add(
        engine,
        a_person(id=BERIT, given_name="Berit", family_name="Ek", email="berit@clinic.example", territory_id=HOME),
        tables.CommercialProfile(person_id=BERIT, persona="pioneer", updated_at=datetime.now(UTC)),
        *(consent(person) for person in (ASTRID, BERIT)),
    )
    await declare(engine, *EVENTS)
    async with transaction(engine) as session:
        await library.publish_market(session, a_market(weekly_cap=100, **market), now=datetime.now(UTC))
    clock, client, channel = JourneyClock(Pace(speed=speed, origin=datetime.now(UTC))), speaking_pydantic(environment), MemoryChannel()
    queue = engine.url.database or ""
    composer = Composer(PlainLinks(), sender="house@dirigent.example", domain="dirigent.example")
    relay, stop = Relay(engine, Gateway(client, task_queue=queue, pace=clock.pace)), asyncio.Event()
    requests = MemoryRequests(MemoryRuns())
    playing = make_worker(client, task_queue=queue, engine=engine, channels={"email": channel}, requests=requests, composer=composer, clock=clock)
    sweeping = make_sweeper(client, task_queue=queue, engine=engine, clock=clock, per_second=per_second)
    async with playing, sweeping:
        relaying = asyncio.create_task(_relay(relay, stop))
        try:
            yield House(engine, client, clock, channel)
        finally:
            stop.set()
            await relaying
            await _clear(engine, client)


async def _relay(relay: Relay, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await relay.nudge()
        await asyncio.sleep(0.05)


async def _clear(engine: AsyncEngine, client: Client) -> None:
    """Terminate what would run on without a worker: the server outlives the house."""
    query = f"TaskQueue IN ('{engine.url.database}', '{engine.url.database}-sweeps') AND ExecutionStatus = 'Running'"
    async for running in client.list_workflows(query):
        with suppress(RPCError):  # it has ended since it was listed
            await client.get_workflow_handle(running.id).terminate()


def consent(person: str, **changes: Any) -> tables.Consent:
    """Consent to promotional e-mail, given a day ago, unless told otherwise."""
    at = changes.get("at", datetime.now(UTC) - DAY)
    told: dict[str, Any] = {"id": f"consent-{person}", "act": "given", "channel": "email", "purpose": "promotional", "market": "SE", "text_version": "1"}
    return tables.Consent(**{**told, "person_id": person, "method": "paper", "captured_by": "user-rep", "at": at, "recorded_at": at, **changes})


def one_message(journey: str, entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A journey that sends one e-mail and ends."""
    return {
        "journey": journey,
        "entry": {"when": {"fact": "profession", "is": "physician"}, **entry},
        "steps": {"mail": an_email(), "done": an_exit()},
        **changes,
    }
