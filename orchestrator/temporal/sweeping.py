"""The worker of sweeps and openings, on a task queue of its own: a rep's visit never stands in line behind a campaign."""

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.worker import Worker

from activities.sweeps import SweepActivities
from orchestrator.clock import JourneyClock
from orchestrator.store.openings import StoredOpenings
from orchestrator.store.sweeping import StoredSweeps
from orchestrator.temporal.sandbox import sandboxed
from orchestrator.temporal.worker import GRACE, release
from workflows.openings import Openings
from workflows.run import sweeps_queue
from workflows.sweep import Sweep

AT_ONCE = 2
"""Pages that one worker takes at the same time, so that most connections to the database stay with journeys."""


def make_sweeper(client: Client, *, task_queue: str, engine: AsyncEngine, clock: JourneyClock, per_second: float) -> Worker:
    """A worker that is ready to run, beside the one of the journeys on `task_queue`. `per_second` is the pace of sweeps that name none."""
    sweeps = SweepActivities(StoredSweeps(engine, per_second=per_second), StoredOpenings(engine), clock)
    return Worker(
        client,
        task_queue=sweeps_queue(task_queue),
        workflows=[Sweep, Openings],
        activities=[sweeps.take_page, sweeps.finish_sweep, sweeps.next_opening, sweeps.begin_sweeps],
        workflow_runner=sandboxed(),
        deployment_config=release(),
        max_concurrent_activities=AT_ONCE,
        graceful_shutdown_timeout=GRACE,
    )
