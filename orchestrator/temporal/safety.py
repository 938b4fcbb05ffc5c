"""The worker of safety cases, on a task queue of its own: they wait behind nothing else."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.worker import Worker

from activities.safety import SafetyActivities
from journeys.pace import Pace
from orchestrator.safety.office import Office, Way
from orchestrator.store.safety_book import SafetyBook
from orchestrator.temporal.sandbox import sandboxed
from orchestrator.temporal.worker import GRACE, release
from workflows.run import safety_queue
from workflows.safety_case import SafetyCase


def make_safety_officer(client: Client, *, task_queue: str, engine: AsyncEngine, ways: Sequence[Way], pace: Pace) -> Worker:
    """A worker that is ready to run, over the ways by which a case leaves the house."""
    safety = SafetyActivities(Office(SafetyBook(engine), ways, pace))
    return Worker(
        client,
        task_queue=safety_queue(task_queue),
        workflows=[SafetyCase],
        activities=[safety.look_after],
        workflow_runner=sandboxed(),
        deployment_config=release(),
        max_concurrent_activities=4,
        graceful_shutdown_timeout=GRACE,
    )
