"""What a run drops of what it is told is counted, in the process of its worker, once and by its reason."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker.workflow_sandbox import SandboxRestrictions

from journeys import events as on
from journeys.pace import Pace
from orchestrator.temporal.metering import Metering
from tests.orchestrator.counting import Counted, counting
from tests.workflows.scenarios import late_visit, steps
from tests.workflows.stages import Stage, eventually


@pytest_asyncio.fixture
async def metered(temporal_dev: WorkflowEnvironment) -> AsyncIterator[tuple[Stage, Metering]]:
    """A stage whose worker counts, as one does whose counters are served."""
    metering = Metering()
    address = temporal_dev.client.service_client.config.target_host
    client = await Client.connect(address, data_converter=pydantic_data_converter, runtime=metering.runtime)
    pace = Pace(speed=1.0, origin=await temporal_dev.get_current_time())
    stage = Stage(temporal_dev, client, pace, task_queue=f"metered-{uuid4().hex}")
    async with stage.worker(SandboxRestrictions.default):
        yield stage, metering


async def taken_over(metering: Metering, expected: Counted) -> None:
    """Wait until the counters have risen as expected, and no further."""
    seen: Counted = {}

    def look() -> bool:
        risen: Counted = {}
        with counting(risen):
            metering.take_over()
        for labels, times in risen.items():
            seen[labels] = seen.get(labels, 0) + times
        return seen == expected

    await eventually(look, lambda: f"{expected}, and not {seen}")


async def test_failure_2_a_fact_that_comes_to_nothing_is_counted(metered: tuple[Stage, Metering]) -> None:
    """Told a second time, or none of the run's business, each by its reason."""
    stage, metering = metered
    run = await stage.play(steps(visit=late_visit()))
    await run.at("visit")
    for _ in range(2):
        await run.tell(on.ConsentWithdrawn(id="withdrawn", channel="email"))
    await run.happen("unheard_of")
    await taken_over(metering, {("fact", "repeated"): 1, ("fact", "nothing_to_it"): 1})
    await run.command(on.Leave(id="leave", by="rep", reason="moved_away"))


async def test_failure_2_a_fact_that_comes_after_the_end_is_counted(metered: tuple[Stage, Metering]) -> None:
    """It arrives while the end is being written down."""
    stage, metering = metered
    run = await stage.play(steps(visit=late_visit()))
    await run.at("visit")
    stage.runs.recording.clear()
    leaving = asyncio.create_task(run.command(on.Leave(id="leave", by="rep", reason="moved_away")))
    await eventually(lambda: run.position.ended is not None, lambda: "the end")
    await run.happen("unheard_of")
    stage.runs.recording.set()
    await leaving
    await taken_over(metering, {("fact", "ended"): 1})


async def test_failure_2_what_an_ended_run_does_not_take_is_counted(metered: tuple[Stage, Metering]) -> None:
    """A start that comes again, and a command of the house that comes too late."""
    stage, _ = metered
    run = await stage.play(steps(visit=late_visit()))
    await run.at("visit")
    leave = on.Leave(id="leave", by="rep", reason="moved_away")
    await run.command(leave)
    await run.end()
    risen: Counted = {}
    with counting(risen):
        await stage.gateway.start(run.enrolment)
        await stage.gateway.order(run.enrolment, leave.model_copy(update={"id": "again"}))
    assert risen == {("start", "repeated"): 1, ("command", "ended"): 1}
