"""A stage on which runs are played: one Temporal server, a worker in the sandbox, and a house, in memory or stored. What happens on a stage is
written once and does not know which server it is on: only the pace differs, for the time-skipping server skips what the development server must hurry."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.api.testservice.v1 import LockTimeSkippingRequest, UnlockTimeSkippingRequest
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxRestrictions

from activities.orders import Entry, Opened
from activities.requests import RequestActivities
from activities.runs import RunActivities
from activities.touches import TouchActivities
from journeys import events as on
from journeys.commands import Note, What
from journeys.conditions import Value
from journeys.definitions import Definition, Heard
from journeys.durations import Calendar
from journeys.migration import Transfer, Unmovable
from journeys.pace import Pace
from journeys.position import Position
from journeys.receipts import Receipt
from journeys.state import Ending
from orchestrator.counts import Counts
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.payloads import PAYLOADS
from orchestrator.temporal.sandbox import sandboxed
from orchestrator.temporal.worker import release
from tests.workflows.memory import MemoryChannel, MemoryLedger, MemoryRequests, MemoryRuns, ServerClock
from workflows.journey import Journey
from workflows.run import workflow_id

HURRY = 1e6
"""On the development server a day of a journey takes 0.09 seconds."""

PATIENCE = 30.0
"""Seconds of real time that anything may take that needs no time to pass."""

_numbers = count(1)
_BEGUN = {EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED}
_OVER = {
    *(EventType.Value(f"EVENT_TYPE_WORKFLOW_TASK_{how}") for how in ("COMPLETED", "FAILED", "TIMED_OUT")),
    *(EventType.Value(f"EVENT_TYPE_ACTIVITY_TASK_{how}") for how in ("COMPLETED", "FAILED", "TIMED_OUT", "CANCELED")),
}
_AT_REST = {EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, EventType.EVENT_TYPE_TIMER_STARTED, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED}
"""What a history ends with when a run waits for somebody or something."""


@dataclass
class Stage:
    """A server, a worker and a house in memory, with the means to look on."""

    environment: WorkflowEnvironment
    client: Client
    pace: Pace
    task_queue: str
    name: str | None = None
    """The id of the enrolment that is played; a fresh one each time, when it is None."""
    runs: MemoryRuns = field(default_factory=MemoryRuns)
    channel: MemoryChannel = field(default_factory=MemoryChannel)
    ledgers: Callable[[Any], MemoryLedger] = MemoryLedger
    desks: Callable[[Any], MemoryRequests] = MemoryRequests

    def __post_init__(self) -> None:
        self.ledger = self.ledgers(self.runs)
        self.requests = self.desks(self.runs)
        self.gateway = Gateway(self.client, task_queue=self.task_queue, pace=self.pace)

    @property
    def skips_time(self) -> bool:
        return self.environment.supports_time_skipping

    def worker(self, restrictions: SandboxRestrictions) -> Worker:
        """The activities of the house over the fakes, and the workflow in its sandbox."""
        clock = ServerClock(self.pace)
        runs, touches = RunActivities(self.runs, clock), TouchActivities(self.ledger, {"email": self.channel, "sms": self.channel}, clock, Counts())
        requests = RequestActivities(self.requests, clock)
        return Worker(
            self.client,
            task_queue=self.task_queue,
            workflows=[Journey],
            activities=[runs.open_run, runs.record, runs.open_task, runs.ask_facts, runs.start_journey, runs.move_run, touches.deliver, requests.call],
            workflow_runner=sandboxed(restrictions),
            deployment_config=release(),
        )

    async def now(self) -> datetime:
        """Journey time on this stage."""
        return self.pace.journey(await self.environment.get_current_time())

    async def pass_time(self, span: timedelta) -> None:
        """Let that much journey time go by."""
        await self.environment.sleep(span / self.pace.speed)

    @asynccontextmanager
    async def time_unlocked(self) -> AsyncIterator[None]:
        """Let time skip, where it can, as soon as nobody has anything to do."""
        if not self.skips_time:
            yield
            return
        service = self.client.test_service
        await service.unlock_time_skipping(UnlockTimeSkippingRequest())
        try:
            yield
        finally:
            await service.lock_time_skipping(LockTimeSkippingRequest())

    async def clear(self) -> None:
        """Terminate what still runs: the servers outlive their stages, and a run without a worker would hold up the time of the next.

        Each is let finish what it is doing: a task that a termination cuts off locks the skipping server's time for good.
        """
        for enrolment in self.runs.opened:
            with suppress(RPCError):
                handle = self.client.get_workflow_handle(workflow_id(enrolment))
                deadline = time.monotonic() + PATIENCE / 10
                while self.skips_time and busy(await handle.fetch_history()) and time.monotonic() < deadline:
                    await asyncio.sleep(0.005)
                await handle.terminate()

    async def play(self, definition: Definition, *, facts: dict[str, Value | None] | None = None, **arrival: Any) -> "Played":
        """Start a run of the definition for a pioneer; `arrival` is what else is known at the door."""
        played = self.cast(definition, facts=facts, **arrival)
        await self.gateway.start(played.enrolment)
        return played

    def cast(self, definition: Definition, *, facts: dict[str, Value | None] | None = None, **arrival: Any) -> "Played":
        """A run that has yet to be started."""
        enrolment = self.name or f"enr{uuid4().hex}"
        known = {"persona": "pioneer", **(facts or {})}
        self.runs.facts_now = known
        self.runs.opened[enrolment] = Opened(**{"definition": definition, "calendar": Calendar(), "facts": known, **arrival})
        return Played(self, enrolment)


class Played:
    """One run on a stage: what people and the world do to it, and what is seen of it."""

    def __init__(self, stage: Stage, enrolment: str) -> None:
        self.stage, self.enrolment = stage, enrolment
        self._events = count(1)

    @property
    def handle(self) -> WorkflowHandle[Journey, Ending]:
        return self.chapter(None)

    def chapter(self, run_id: str | None) -> WorkflowHandle[Journey, Ending]:
        """One of the histories through which the run went on as new; the latest, when it is None."""
        return self.stage.client.get_workflow_handle_for(Journey.run, workflow_id(self.enrolment), run_id=run_id)

    @property
    def entries(self) -> Sequence[Entry]:
        return self.stage.runs.entries[self.enrolment]

    @property
    def notes(self) -> list[Note]:
        return [note for entry in self.entries for note in entry.notes]

    @property
    def ways(self) -> list[str]:
        """The moves so far, as `way > step`."""
        return [f"{note.way} > {note.to}" for note in self.notes if note.what is What.MOVED]

    @property
    def position(self) -> Position:
        return self.entries[-1].position

    @property
    def standing(self) -> list[tuple[str, str]]:
        """Where each line of the run stands, and what it is doing there."""
        return [(line.step, line.doing) for line in self.position.lines] if self.entries else []

    def key(self, step: str, passage: int = 1) -> str:
        """The id of the step's task, or the key of its touch."""
        return f"{self.enrolment}.{step}.{passage}"

    def told(self, what: What) -> list[Note]:
        return [note for note in self.notes if note.what is what]

    async def at(self, step: str, doing: str = "task") -> Position:
        """Wait until a line of the run stands there, without letting time skip."""
        await eventually(lambda: (step, doing) in self.standing, lambda: f"{step}, {doing}: {self.seen}")
        return self.position

    async def end(self, *, within: float = PATIENCE) -> Ending:
        """Let time pass until the run has ended; `within` are seconds of real time."""
        async with self.stage.time_unlocked(), asyncio.timeout(within):
            return await self.handle.result()

    async def ended_at_once(self) -> Ending:
        """Wait until the run says that it ended, without letting time skip."""
        await eventually(lambda: bool(self.entries) and self.position.ended is not None, lambda: f"the end: {self.seen}")
        assert self.position.ended is not None
        return self.position.ended

    async def command(self, command: on.Command) -> Receipt:
        return await self.stage.gateway.command(self.enrolment, command)

    async def migrate(self, new: Definition, mapping: dict[str, str] | None = None, **told: Any) -> Receipt | Unmovable:
        """Move the run to another version, from the one on which it was cast unless told otherwise."""
        opened = self.stage.runs.opened[self.enrolment]
        given: dict[str, Any] = {"id": self.fresh, "by": "user-marketing", "source": opened.definition.digest, "began": self.stage.pace.origin}
        given |= {"facts": self.stage.runs.facts_now, "definition": new, "mapping": mapping or {}}
        return await self.stage.gateway.migrate(self.enrolment, Transfer(**given | told))

    def completion(self, step: str, outcome: str, **told: Any) -> on.Complete:
        return on.Complete(**{"id": self.fresh, "by": "rep", "task": self.key(step), "outcome": outcome, "channel": "face_to_face", **told})

    async def happen(self, event: str, key: str | None = None, **fields: Value) -> None:
        await self.tell(on.Happened(id=self.fresh, event=event, key=key, fields=fields))

    async def complete(self, step: str, outcome: str, **told: Any) -> Receipt:
        await self.at(step)
        return await self.command(self.completion(step, outcome, **told))

    async def hear(self, step: str, heard: Heard) -> None:
        await self.tell(on.TouchHeard(id=self.fresh, touch=self.key(step), heard=heard))

    async def tell(self, fact: on.Fact) -> None:
        await self.stage.gateway.tell(self.enrolment, fact)

    @property
    def fresh(self) -> str:
        """An id not used before in this run: a command's or a fact's."""
        return f"{self.enrolment}-event-{next(self._events)}"

    @property
    def seen(self) -> str:
        return f"the run stands at {self.position}, after {self.ways}" if self.entries else "the run has recorded nothing"

    async def history(self) -> WorkflowHistory:
        return await self.handle.fetch_history()

    async def history_at_rest(self) -> WorkflowHistory:
        """The history once nothing more is written to it by itself."""
        deadline = time.monotonic() + PATIENCE
        length = 0
        while time.monotonic() < deadline:
            history = await self.history()
            if len(history.events) == length and history.events[-1].event_type in _AT_REST:
                return history
            length = len(history.events)
            await asyncio.sleep(0.05)
        raise AssertionError("the history does not come to rest")


def busy(history: WorkflowHistory) -> bool:
    """Whether a worker has, or is about to get, something of the run to do."""
    kinds = [event.event_type for event in history.events]
    return sum(kind in _BEGUN for kind in kinds) > sum(kind in _OVER for kind in kinds)


async def eventually(true: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    """Wait in real time until it is true."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {otherwise()}"
        await asyncio.sleep(0.005)


def speaking_pydantic(environment: WorkflowEnvironment) -> Client:
    """The environment's own client, with the converter of the house."""
    config = environment.client.config()
    config["data_converter"] = PAYLOADS
    return Client(**config)


@asynccontextmanager
async def a_stage(
    environment: WorkflowEnvironment,
    *,
    speed: float = HURRY,
    name: str | None = None,
    restrictions: SandboxRestrictions = SandboxRestrictions.default,
    **house: Any,
) -> AsyncIterator[Stage]:
    """A stage with a house in memory, or what `house` gives in its place. Journey time runs at `speed` on a server that cannot skip it."""
    pace = Pace(speed=1.0 if environment.supports_time_skipping else speed, origin=await environment.get_current_time())
    client = speaking_pydantic(environment)
    stage = Stage(environment, client, pace, task_queue=f"stage-{next(_numbers)}", name=name, **house)
    async with stage.worker(restrictions):
        try:
            yield stage
        finally:
            await stage.clear()
