"""Operations over many runs with every part real: PostgreSQL, the outbox, Temporal, a queue of their own; and a monitor that notices what is broken."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from api.rows import EnrolmentRow
from api.schemas.operations import LiftHalt, NewHalt, NewMigration
from journeys import events as on
from journeys.definitions import Definition
from journeys.events import CatchUp
from journeys.pace import Pace
from orchestrator.clock import JourneyClock
from orchestrator.mail.compose import Composer
from orchestrator.monitor import PAGE, Monitor
from orchestrator.store import outbox, tables
from orchestrator.store.desk.enrolments import StoredEnrolments
from orchestrator.store.desk.halts import StoredHalts
from orchestrator.store.desk.migrations import StoredMigrations
from orchestrator.store.desk.operations import StoredOperations
from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.engine import transaction
from orchestrator.store.watch import StoredWatch
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.worker import make_operator, make_worker
from tests.builders import a_journey, a_pause, an_exit
from tests.orchestrator.store.desk.filling import HOME, a_person, a_version, add, an_enrolment, every, once, the_world
from tests.orchestrator.store.operating import ADMIN
from tests.orchestrator.store.sending import change
from tests.workflows.links import PlainLinks
from tests.workflows.memory import MemoryChannel, MemoryRequests, MemoryRuns
from tests.workflows.scenarios import late_visit, steps
from tests.workflows.stages import PATIENCE, speaking_pydantic
from workflows.run import operation_id, operations_queue, workflow_id

COUNT = 5
JOURNEY = "heart-failure-pioneer"


def version_1() -> Definition:
    return steps(visit=late_visit(next="pause"), pause=a_pause("300 days"))


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


@pytest_asyncio.fixture
async def clinic(engine: AsyncEngine, temporal_dev: WorkflowEnvironment) -> AsyncIterator[Clinic]:
    """Everybody has an open task, and nobody was written to."""
    first = version_1()
    await the_world(engine, first)
    await add(engine, a_version(version_2()))
    runs = sorted(f"enr{uuid4().hex}" for _ in range(COUNT))
    now = datetime.now(UTC)
    for run in runs:
        told: dict[str, Any] = {"status": "requested", "digest": first.digest, "conductor": "user-rep", "territory_id": HOME, "created_at": now}
        profile = tables.CommercialProfile(person_id=f"person-{run}", persona="pioneer", updated_at=now)
        await add(engine, a_person(id=f"person-{run}"), profile, an_enrolment(id=run, person_id=f"person-{run}", **told))
        async with transaction(engine) as session:
            await outbox.start(session, run)
    clock, client = JourneyClock(Pace(speed=1.0, origin=now)), speaking_pydantic(temporal_dev)
    queue = engine.url.database or ""
    gateway = Gateway(client, task_queue=queue, pace=clock.pace)
    composer = Composer(PlainLinks(), sender="house@dirigent.example", domain="dirigent.example")
    playing = make_worker(
        client, task_queue=queue, engine=engine, channels={"email": MemoryChannel()}, requests=MemoryRequests(MemoryRuns()), composer=composer, clock=clock
    )
    operating = make_operator(client, task_queue=queue, engine=engine, hands=gateway, clock=clock)
    async with playing, operating:
        house = Clinic(engine, client, gateway, outbox.Relay(engine, gateway), clock, runs)
        await house.relay.nudge()
        await house.all_are(lambda row: row.doing == "task")
        yield house


async def test_everybody_moves_to_the_new_version(clinic: Clinic) -> None:
    """Tasks stay open under their ids, due as the new version says; the next visit is the new version's."""
    before = {task.id: task.due for task in await every(clinic.engine, tables.Task)}
    told = {"journey": JOURNEY, "source": 1, "target": 2, "reason": "strategy_changed", "remark": "A second visit."}
    begun = await StoredMigrations(clinic.engine).begin(ADMIN, NewMigration.model_validate(told), remark="r", once=once(), now=clinic.clock.now())
    assert await clinic.finished(begun.id) == {"done": COUNT}
    assert {(row.version, row.digest) for row in await clinic.enrolments()} == {(2, version_2().digest)}
    after = {task.id: task.due for task in await every(clinic.engine, tables.Task)}
    assert after.keys() == before.keys()
    assert all(after[task] < before[task] for task in before)
    visited = clinic.runs[0]
    command = on.Complete(id="done", by="user-rep", task=f"{visited}.visit.1", outcome="interested", channel="face_to_face")
    receipt = await clinic.gateway.command(visited, command)
    assert (receipt.position.step, receipt.position.doing) == ("second", "task")


async def test_an_operation_has_a_queue_of_its_own(clinic: Clinic) -> None:
    """A rep never waits behind it."""
    halt = NewHalt.model_validate({"kind": "pause", "scope": "market", "value": "SE", "reason": "other", "remark": "A break."})
    done = await StoredHalts(clinic.engine).impose(ADMIN, halt, remark="r", once=once(), now=clinic.clock.now())
    assert not isinstance(done, int)
    operation = getattr(done, "operation", None)
    assert operation is not None
    await clinic.finished(operation.id)
    described = await clinic.client.get_workflow_handle(operation_id(operation.id)).describe()
    assert described.task_queue == operations_queue(clinic.engine.url.database or "")
    run = await clinic.client.get_workflow_handle(workflow_id(clinic.runs[0])).describe()
    assert run.task_queue != described.task_queue


async def test_everybody_is_paused_and_goes_on(clinic: Clinic) -> None:
    """Paused within moments, with the halt's name; lifted, each stands where it stood, with the days added."""
    desk, now = StoredHalts(clinic.engine), clinic.clock.now()
    halt = NewHalt.model_validate({"kind": "pause", "scope": "territory", "value": HOME, "reason": "other", "remark": "A break.", "expected": COUNT})
    done: Any = await desk.impose(ADMIN, halt, remark="r", once=once(), now=now)
    assert await clinic.finished(done.operation.id) == {"done": COUNT}
    await clinic.all_are(lambda row: (row.doing, row.held_because) == ("paused", done.halt.id))
    lifted: Any = await desk.lift(ADMIN, done.halt.id, LiftHalt(catch_up=CatchUp.SHIFT, remark="Over."), remark="r", now=now)
    assert await clinic.finished(lifted.operation.id) == {"done": COUNT}
    await clinic.all_are(lambda row: row.doing == "task")


async def test_everybody_is_stopped(clinic: Clinic) -> None:
    """Every run ends with the reason of the stop; those that ended before are told apart."""
    await clinic.gateway.command(clinic.runs[0], on.Leave(id="leave", by="user-rep", reason="moved_away"))
    halt = NewHalt.model_validate({"kind": "stop", "scope": "product", "value": "cardiolex", "reason": "safety_signal", "remark": "Recalled."})
    done: Any = await StoredHalts(clinic.engine).impose(ADMIN, halt, remark="r", once=once(), now=clinic.clock.now())
    assert done.halt.concerned == COUNT - 1
    assert await clinic.finished(done.operation.id) == {"done": COUNT - 1}
    await clinic.all_are(lambda row: row.status == "ended")
    assert sorted(row.end_reason or "" for row in await clinic.enrolments()) == ["moved_away", *["safety_signal"] * (COUNT - 1)]


async def test_a_whole_page_of_runs_is_asked_about_at_once(clinic: Clinic) -> None:
    """Those that have a workflow are told from those that never had one."""
    page = [*clinic.runs, *(f"enr{uuid4().hex}" for _ in range(PAGE - COUNT))]
    assert await clinic.gateway.running(page) == set(clinic.runs)


async def displaced(clinic: Clinic) -> str:
    """A journey of higher priority has the HCP of the first run, which is paused for it. Returns the run of that journey."""
    urgent = a_journey(journey="urgent", priority=90, steps={"visit": late_visit(next="done"), "done": an_exit()})
    low, since = clinic.runs[0], clinic.clock.now() - timedelta(days=1)
    claim = tables.Turn(enrolment_id=low, person_id=f"person-{low}", journey=JOURNEY, priority=10, when_busy="wait", active=True, begun=True, since=since)
    await add(clinic.engine, a_version(urgent, effective_from=since), claim)
    hcp = await StoredPeople(clinic.engine).find(ADMIN, f"person-{low}")
    assert hcp is not None
    rival = await StoredEnrolments(clinic.engine).create(ADMIN, hcp, urgent, once=once(uuid4().hex), now=clinic.clock.now())
    assert isinstance(rival, EnrolmentRow)
    await clinic.relay.nudge()
    await until(lambda: _paused(clinic, low))
    await until(lambda: clinic.is_running(rival.id))
    return rival.id


async def gone_on(clinic: Clinic, rival: str) -> None:
    """The higher journey ends, and in the same transaction the outbox has the end of the other's pause."""
    await clinic.gateway.command(rival, on.Leave(id="leave", by="user-admin", reason="other"))
    assert [row.payload["is_"] for row in await every(clinic.engine, tables.Outbox) if row.delivered_at is None] == ["resumed"]


async def test_failure_1_a_lost_end_of_a_pause_for_a_higher_journey_is_noticed(clinic: Clinic) -> None:
    """The table of turns says that the run has the HCP again, and nobody told the run."""
    await gone_on(clinic, await displaced(clinic))
    assert await clinic.monitor().look() == (), "what lies in the outbox is on its way"
    await change(clinic.engine, "DELETE FROM outbox WHERE delivered_at IS NULL")
    assert [(alarm.enrolment_id, alarm.kind) for alarm in await clinic.monitor().look()] == [(clinic.runs[0], "left_waiting")]


async def test_failure_1_a_run_that_waits_for_its_turn_raises_no_alarm(clinic: Clinic) -> None:
    """Neither while the higher journey has the HCP nor after the turn came back."""
    rival = await displaced(clinic)
    await asyncio.sleep(0.5)
    assert await clinic.monitor().look() == ()
    await gone_on(clinic, rival)
    await clinic.relay.nudge()
    await clinic.all_are(lambda row: row.doing == "task")
    await asyncio.sleep(0.5)
    assert await clinic.monitor().look() == ()


async def test_failure_1_a_workflow_terminated_behind_our_back_is_noticed(clinic: Clinic) -> None:
    """The store says that the run waits; nothing will ever wake it. The others are well."""
    assert await clinic.monitor().look_everywhere() == ()
    await clinic.client.get_workflow_handle(workflow_id(clinic.runs[2])).terminate()
    assert [(alarm.enrolment_id, alarm.kind) for alarm in await clinic.monitor().look_everywhere()] == [(clinic.runs[2], "gone")]


async def test_failure_1_a_lost_row_of_the_outbox_is_noticed(clinic: Clinic) -> None:
    """An enrolment whose start was lost never begins; a pause whose end was lost never ends."""
    await add(clinic.engine, an_enrolment(id="lost", status="requested", territory_id=HOME, created_at=clinic.clock.now()))
    halt = NewHalt.model_validate({"kind": "pause", "scope": "hcp", "value": f"person-{clinic.runs[1]}", "reason": "other", "remark": "A break."})
    desk, now = StoredHalts(clinic.engine), clinic.clock.now()
    done: Any = await desk.impose(ADMIN, halt, remark="r", once=once(), now=now)
    await clinic.finished(done.operation.id)
    await until(lambda: _paused(clinic, clinic.runs[1]))
    await desk.lift(ADMIN, done.halt.id, LiftHalt(catch_up=CatchUp.SHIFT, remark="Over."), remark="r", now=now)
    await change(clinic.engine, "DELETE FROM outbox WHERE delivered_at IS NULL")
    await asyncio.sleep(0.5)
    alarms = {(alarm.enrolment_id, alarm.kind) for alarm in await clinic.monitor().look()}
    assert alarms == {("lost", "not_started"), (clinic.runs[1], "left_paused")}


async def _paused(clinic: Clinic, run: str) -> bool:
    return next(row.doing for row in await clinic.enrolments() if row.id == run) == "paused"
