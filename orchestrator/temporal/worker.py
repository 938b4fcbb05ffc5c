"""The worker: it plays journeys, performs their effects, and keeps the outbox empty."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig

from activities.dispatches import DispatchActivities
from activities.operations import OperationActivities
from activities.ports import Channel, Requests
from activities.requests import RequestActivities
from activities.runs import RunActivities
from activities.touches import TouchActivities
from orchestrator.clock import JourneyClock
from orchestrator.counts import Counts, Dropped
from orchestrator.mail.compose import Composer
from orchestrator.pacing import keep
from orchestrator.release import version
from orchestrator.sealing import Sealing
from orchestrator.store.dispatches import StoredDispatches
from orchestrator.store.ledger import StoredLedger
from orchestrator.store.operations import Hands, Operating
from orchestrator.store.outbox import Relay
from orchestrator.store.runs import StoredRuns
from orchestrator.temporal.sandbox import sandboxed
from workflows.dispatch import Dispatch
from workflows.journey import Journey
from workflows.operation import Operation
from workflows.run import operations_queue

log = structlog.get_logger()

GRACE = timedelta(seconds=20)
"""How long activities under way may take to end when the worker is told to stop: an e-mail that is being handed over should get its answer."""

BEAT = 1.0
"""Seconds between two looks into the outbox. The API looks at once after it wrote; this finds what a crash left."""


def make_worker(
    client: Client,
    *,
    task_queue: str,
    engine: AsyncEngine,
    channels: Mapping[str, Channel],
    requests: Requests,
    composer: Composer,
    clock: JourneyClock,
    sealing: Sealing | None = None,
) -> Worker:
    """A worker that is ready to run, over the given store, channels, other systems and clock. `sealing` seals copies of what it sends."""
    runs = RunActivities(StoredRuns(engine), clock)
    touches = TouchActivities(StoredLedger(engine, composer, channels=channels, sealing=sealing), channels, clock, Counts())
    letters = DispatchActivities(StoredDispatches(engine), touches, clock)
    calls = RequestActivities(requests, clock)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[Journey, Dispatch],
        activities=[
            runs.open_run,
            runs.record,
            runs.open_task,
            runs.ask_facts,
            runs.start_journey,
            runs.move_run,
            touches.deliver,
            letters.dispatch,
            calls.call,
        ],
        workflow_runner=sandboxed(),
        deployment_config=release(),
        max_concurrent_activities=20,
        graceful_shutdown_timeout=GRACE,
    )


def make_operator(client: Client, *, task_queue: str, engine: AsyncEngine, hands: Hands, clock: JourneyClock) -> Worker:
    """A worker for operations over many runs, on a queue of their own: a rep never waits behind them. One run at a time is enough for each."""
    operations = OperationActivities(Operating(engine, hands, clock))
    return Worker(
        client,
        task_queue=operations_queue(task_queue),
        workflows=[Operation],
        activities=[operations.carry_on],
        workflow_runner=sandboxed(),
        deployment_config=release(),
        max_concurrent_activities=4,
        graceful_shutdown_timeout=GRACE,
    )


def release() -> WorkerDeploymentConfig:
    """What the worker calls its code. Left to itself, the SDK reads the code of every loaded module for a name, which takes seconds at each start."""
    return WorkerDeploymentConfig(version=WorkerDeploymentVersion(deployment_name="dirigent", build_id=version()), use_worker_versioning=False)


async def keep_relaying(relay: Relay, stop: asyncio.Event) -> None:
    """Look into the outbox until told to stop. While the database is away there is nothing to hand over, and the next look tries again."""
    await keep(relay.nudge, stop, rest=BEAT, name="outbox", dropped=Dropped.RELAY)
