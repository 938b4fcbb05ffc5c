"""Five HCPs in a journey, with every part of the house real: PostgreSQL, the outbox, Temporal; and what a test asks of them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from journeys.definitions import Definition
from journeys.pace import Pace
from orchestrator.clock import JourneyClock
from orchestrator.mail.compose import Composer
from orchestrator.monitor import Monitor
from orchestrator.store import outbox, tables
from orchestrator.store.desk.operations import StoredOperations
from orchestrator.store.engine import transaction
from orchestrator.store.watch import StoredWatch
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.worker import make_operator, make_worker
from tests.builders import a_pause, an_email
from tests.orchestrator.store.desk.filling import HOME, a_person, a_version, add, an_enrolment, every, the_world
from tests.workflows.links import PlainLinks
from tests.workflows.memory import MemoryChannel, MemoryRequests, MemoryRuns
from tests.workflows.scenarios import late_visit, steps
from tests.workflows.stages import PATIENCE, speaking_pydantic

COUNT = 5
JOURNEY = "heart-failure-pioneer"


def version_1() -> Definition:
    return steps(visit=late_visit(next="pause"), pause=a_pause("300 days"))


def letters() -> Definition:
    """The gate refuses the letter, because nobody has said yes to it yet."""
    return steps(mail=an_email(next="pause"), pause=a_pause("300 days", next="visit"), visit=late_visit())


def version_2() -> Definition:
    return steps(visit=late_visit(next="second", visit={"due": "200 days"}), second=late_visit()).model_copy(update={"version": 2})


@dataclass
class Clinic:
    """Five HCPs at their first visit, and whoever operates on them."""

    engine: AsyncEngine
    client: Client
    gateway: Gateway
    relay: outbox.Relay
    clock: JourneyClock
    runs: list[str]
    channel: MemoryChannel

    async def finished(self, operation: str) -> dict[str, int]:
        """Wait until the operation is over; returns its counts."""
        await self.relay.nudge()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            line = await StoredOperations(self.engine).find(operation)
            if line is not None and line.status in ("done", "stopped"):
                await self.relay.nudge()
                return {name: count for name, count in line.counts if count}
            await asyncio.sleep(0.05)
        raise AssertionError(f"operation {operation} is not over: {line}")

    async def enrolments(self) -> list[tables.Enrolment]:
        return sorted((row for row in await every(self.engine, tables.Enrolment) if row.id in self.runs), key=lambda row: row.id)

    async def all_are(self, true: Callable[[tables.Enrolment], bool]) -> None:
        await until(lambda: self._are(true))

    async def _are(self, true: Callable[[tables.Enrolment], bool]) -> bool:
        return all(map(true, await self.enrolments()))

    async def is_running(self, run: str) -> bool:
        return any(row.id == run and row.doing == "task" for row in await every(self.engine, tables.Enrolment))

    def monitor(self) -> Monitor:
        return Monitor(StoredWatch(self.engine), self.gateway, self.clock, grace=timedelta(seconds=0.2))


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await true():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.05)


async def paused(clinic: Clinic, run: str) -> bool:
    return next(row.doing for row in await clinic.enrolments() if row.id == run) == "paused"


@asynccontextmanager
async def opened(engine: AsyncEngine, temporal_dev: WorkflowEnvironment, first: Definition, *, doing: str) -> AsyncIterator[Clinic]:
    """Everybody is in the first version, and stands where it comes to rest."""
    await the_world(engine, first)
    await add(engine, a_version(version_2()))
    runs = sorted(f"enr{uuid4().hex}" for _ in range(COUNT))
    now = datetime.now(UTC)
    for run in runs:
        told: dict[str, Any] = {"status": "requested", "digest": first.digest, "conductor": "user-rep", "territory_id": HOME, "created_at": now}
        profile = tables.CommercialProfile(person_id=f"person-{run}", persona="pioneer", updated_at=now)
        await add(engine, a_person(id=f"person-{run}", email=f"{run}@clinic.example"), profile, an_enrolment(id=run, person_id=f"person-{run}", **told))
        async with transaction(engine) as session:
            await outbox.start(session, run)
    clock, client = JourneyClock(Pace(speed=1.0, origin=now)), speaking_pydantic(temporal_dev)
    queue = engine.url.database or ""
    gateway = Gateway(client, task_queue=queue, pace=clock.pace)
    composer = Composer(PlainLinks(), sender="house@dirigent.example", domain="dirigent.example")
    channel, requests = MemoryChannel(), MemoryRequests(MemoryRuns())
    playing = make_worker(client, task_queue=queue, engine=engine, channels={"email": channel}, requests=requests, composer=composer, clock=clock)
    operating = make_operator(client, task_queue=queue, engine=engine, hands=gateway, clock=clock)
    async with playing, operating:
        house = Clinic(engine, client, gateway, outbox.Relay(engine, gateway), clock, runs, channel)
        await house.relay.nudge()
        await house.all_are(lambda row: row.doing == doing)
        yield house
