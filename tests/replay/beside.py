"""What goes on beside the journeys: a letter, a safety case, a sweep, the openings of a journey, an operation over many runs. Each is played on a real server
over a store that answers from a list, and called by whoever calls it in real life."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.dispatches import DispatchActivities
from activities.operations import OperationActivities
from activities.orders import LetterOrder
from activities.ports import Progress, SafetyProgress
from activities.safety import SafetyActivities
from activities.sweeps import BeginOrder, FinishOrder, NextOpening, OpeningsOrder, Page, PageOrder, SweepActivities
from activities.touches import TouchActivities
from journeys.events import Settled
from journeys.pace import Pace
from orchestrator.counts import Counts
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.sandbox import sandboxed
from orchestrator.temporal.worker import release
from tests.workflows.memory import MemoryLedger, MemoryRuns, ServerClock
from tests.workflows.stages import busy, speaking_pydantic
from workflows.dispatch import Dispatch
from workflows.openings import Openings
from workflows.operation import Operation
from workflows.run import operations_queue, safety_queue, sweeps_queue
from workflows.safety_case import SafetyCase
from workflows.sweep import Sweep


class Called(StrEnum):
    """When somebody calls, before the time that the store named: while it is being looked at, or when all rests."""

    MEANWHILE = "meanwhile"
    AT_REST = "at_rest"


@dataclass(frozen=True)
class Line:
    """What the store says at one look, and whether somebody calls then."""

    says: Callable[[datetime], Any]
    called: Called | None = None


class Store:
    """Every port that the five speak to. It says its lines one after the other; what it is told, it forgets."""

    def __init__(self, lines: Sequence[Line], call: Callable[[], Awaitable[None]]) -> None:
        self._lines, self._call = iter(lines), call
        self.line = Line(lambda _: None)

    async def _next(self) -> Any:
        self.line = next(self._lines)
        if self.line.called is Called.MEANWHILE:
            await self._call()
        return self.line.says(datetime.now(UTC))

    async def read(self, dispatch_id: str) -> LetterOrder | Settled:
        found: Settled = await self._next()
        return found

    async def stand(self, dispatch_id: str, settled: Settled, *, now: datetime) -> Settled:
        return settled

    async def look_after(self, case: str, *, at: datetime) -> SafetyProgress:
        progress: SafetyProgress = await self._next()
        return progress

    async def take(self, order: PageOrder, *, now: datetime) -> Page:
        page: Page = await self._next()
        return page

    async def finish(self, order: FinishOrder, *, now: datetime) -> None:
        return

    async def next(self, order: OpeningsOrder, *, now: datetime) -> NextOpening | None:
        opening: NextOpening | None = await self._next()
        return opening

    async def begin(self, order: BeginOrder, *, now: datetime) -> None:
        return

    async def carry_on(self, operation: str) -> Progress:
        progress: Progress = await self._next()
        return progress


@dataclass(frozen=True)
class Scene:
    """Who is played, how it is called (the first call starts it), and what the store says."""

    name: str
    played: type
    id: str
    call: Callable[[Gateway], Awaitable[None]]
    lines: tuple[Line, ...]


async def played(scene: Scene, server: WorkflowEnvironment) -> list[WorkflowHistory]:
    """Play a scene to its end. Every history that it left, the first one first."""
    client, pace = speaking_pydantic(server), Pace(origin=datetime.now(UTC))
    gateway = Gateway(client, task_queue=scene.name, pace=pace)
    store = Store(scene.lines, lambda: scene.call(gateway))
    async with _worker(client, scene, store, pace):
        await scene.call(gateway)
        handle = client.get_workflow_handle(scene.id)
        while (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
            if store.line.called is Called.AT_REST and not busy(await handle.fetch_history()):
                await scene.call(gateway)
            await asyncio.sleep(0.05)
        return await _chapters(client, scene.id)


_QUEUES: dict[type, Callable[[str], str]] = {
    Dispatch: str,
    SafetyCase: safety_queue,
    Sweep: sweeps_queue,
    Openings: sweeps_queue,
    Operation: operations_queue,
}


def _worker(client: Client, scene: Scene, store: Store, pace: Pace) -> Worker:
    """Whoever is played, on its own queue, with the activities of them all."""
    clock = ServerClock(pace)
    letters = DispatchActivities(store, TouchActivities(MemoryLedger(MemoryRuns()), {}, clock, Counts()), clock)
    sweeps = SweepActivities(store, store, clock)
    return Worker(
        client,
        task_queue=_QUEUES[scene.played](scene.name),
        workflows=[scene.played],
        activities=[
            letters.dispatch,
            SafetyActivities(store).look_after,
            *(sweeps.take_page, sweeps.finish_sweep, sweeps.next_opening, sweeps.begin_sweeps),
            OperationActivities(store).carry_on,
        ],
        workflow_runner=sandboxed(),
        deployment_config=release(),
    )


async def _chapters(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    found: list[WorkflowHistory] = []
    run_id = (await client.get_workflow_handle(workflow_id).describe()).run_id
    while run_id:
        found.insert(0, await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history())
        run_id = found[0].events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found
