"""What a run learns, tells, escalates and starts, on the real store and through the real workflow: two lines at once, and a journey that is awaited."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from journeys import events as on
from journeys.commands import What
from journeys.definitions import Definition
from journeys.facts import PERSONA
from journeys.pace import Pace
from orchestrator.clock import JourneyClock
from orchestrator.mail.compose import Composer
from orchestrator.store import outbox, tables
from orchestrator.store.engine import transaction
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.worker import make_worker
from tests.builders import an_exit
from tests.orchestrator.store.desk.filling import HOME, a_version, add, an_enrolment, every, the_world
from tests.workflows.links import PlainLinks
from tests.workflows.memory import MemoryChannel, MemoryRequests, MemoryRuns
from tests.workflows.scenarios import LATE, late_visit, steps
from tests.workflows.stages import PATIENCE, speaking_pydantic

NURSE = "nurse-programme"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class House:
    """A worker over the real store, and the hands that act on its runs."""

    engine: AsyncEngine
    client: Client
    gateway: Gateway
    relay: outbox.Relay

    async def see(self, table: type[Any], true: Callable[[Any], bool]) -> Any:
        """Wait until a row of the table is as it should be, handing over meanwhile what the outbox holds."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            await self.relay.nudge()
            rows = [row for row in await every(self.engine, table) if true(row)]
            if rows:
                return rows[0]
            await asyncio.sleep(0.02)
        raise AssertionError(f"waited in vain for a row of {table.__name__}: {await every(self.engine, table)}")

    async def enrol(self, journey: Definition) -> str:
        enrolment = f"enr{uuid4().hex}"
        told = {"journey": journey.journey, "digest": journey.digest, "status": "requested", "conductor": "user-rep", "territory_id": HOME}
        await add(self.engine, an_enrolment(id=enrolment, **told))
        async with transaction(self.engine) as session:
            await outbox.start(session, enrolment)
        return enrolment

    async def open(self, step: str) -> tables.Task:
        task: tables.Task = await self.see(tables.Task, lambda task: task.step == step and task.status == "open")
        return task

    async def complete(self, step: str, by: str, **told: Any) -> None:
        task = await self.open(step)
        await self.gateway.command(task.enrolment_id, on.Complete(**{"id": f"command-{uuid4().hex}", "by": by, "task": task.id, **told}))

    async def ended(self, enrolment: str) -> tables.Enrolment:
        row: tables.Enrolment = await self.see(tables.Enrolment, lambda row: row.id == enrolment and row.status == "ended")
        return row


@pytest_asyncio.fixture
async def house(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> AsyncIterator[House]:
    clock, client = JourneyClock(Pace(speed=1.0, origin=datetime.now(UTC))), speaking_pydantic(temporal_dev)
    composer = Composer(PlainLinks(), sender="house@dirigent.example", domain="dirigent.example")
    queue = engine.url.database or ""
    gateway = Gateway(client, task_queue=queue, pace=clock.pace)
    async with make_worker(
        client, task_queue=queue, engine=engine, channels={"email": MemoryChannel()}, requests=MemoryRequests(MemoryRuns()), composer=composer, clock=clock
    ):
        yield House(engine, client, gateway, outbox.Relay(engine, gateway))


def the_nurse_programme() -> Definition:
    authored = steps(call=late_visit(next="done")).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return Definition.model_validate({**authored, "journey": NURSE, "entry": {"when": {"fact": PERSONA, "is": "pioneer"}}})


def the_journey() -> Definition:
    return steps(
        learnt={"update": {"add_tags": ["renal"], "propose_stage": "trial"}, "next": "told"},
        told={"notify": {"whom": "sales", "message": "A pioneer asked for more."}, "next": "both"},
        both={"parallel": {"branches": {"rep": "visit", "lead": "late"}}, "next": "nurse"},
        visit=late_visit(next="join"),
        late={"escalate": {"about": "visit", **LATE}, "next": "join"},
        nurse={"journey": {"start": NURSE, "up_to": "300 days"}, "next": {"finished": "well", "otherwise": "done"}},
        well=an_exit("nurse_is_with_us"),
    )


async def test_a_run_learns_tells_escalates_and_awaits_another(house: House) -> None:
    """Two tasks stand open at once, each with its own worker; the journey that is awaited ends and the run goes on along its end."""
    journey = the_journey()
    await the_world(house.engine, journey)
    await add(house.engine, tables.Alignment(user_id="user-sales", territory_id=HOME), a_version(the_nurse_programme(), effective_from=LONG_AGO))
    run = await house.enrol(journey)
    tasks = [await house.open("visit"), await house.open("late")]
    assert [(task.kind, task.assignee) for task in tasks] == [("visit", "user-rep"), ("escalate", "user-sales")]
    standing = sorted((line.line, line.step, line.doing) for line in await every(house.engine, tables.StandingRow) if line.enrolment_id == run)
    assert standing == [("", "both", "joining"), ("both.lead", "late", "task"), ("both.rep", "visit", "task")]
    assert [tag.tag for tag in await every(house.engine, tables.PersonTag)] == ["renal"]
    assert [line.user_id for line in await every(house.engine, tables.Notification)] == ["user-sales"]
    assert [(proposal.value, proposal.status) for proposal in await every(house.engine, tables.Proposal)] == [("trial", "open")]
    await house.complete("late", "user-sales", outcome="handled")
    await house.complete("visit", "user-rep", outcome="interested", channel="face_to_face")
    await house.complete("call", "user-rep", outcome="interested", channel="face_to_face")
    assert (await house.ended(run)).end_reason == "nurse_is_with_us"
    moved = [(line.step, line.way) for line in await every(house.engine, tables.TimelineEntry) if line.what == What.MOVED and line.enrolment_id == run]
    assert moved[-2:] == [("both", "joined"), ("nurse", "finished")]


async def test_a_journey_that_is_no_longer_awaited_ends(house: House) -> None:
    """The other line is first: the house takes the HCP out of the journey that was begun for the one that is given up."""
    journey = steps(
        either={"parallel": {"branches": {"rep": "visit", "nurse": "nurse"}, "join": "any"}, "next": "done"},
        visit=late_visit(next="join"),
        nurse={"journey": {"start": NURSE, "up_to": "300 days"}, "next": "join"},
    )
    await the_world(house.engine, journey)
    await add(house.engine, a_version(the_nurse_programme(), effective_from=LONG_AGO))
    run = await house.enrol(journey)
    call = await house.open("call")
    await house.complete("visit", "user-rep", outcome="interested", channel="face_to_face")
    assert (await house.ended(run)).end_kind == "finished"
    child = await house.ended(call.enrolment_id)
    assert (child.end_kind, child.end_reason) == ("left", "no_longer_awaited")
    assert [task.status for task in await every(house.engine, tables.Task) if task.id == call.id] == ["cancelled"]
