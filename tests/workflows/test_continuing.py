"""A run that continues as new: its history stays short however noisy the world is, and nobody who has to do with it notices."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from journeys import events as on
from journeys.commands import What
from journeys.definitions import Heard
from journeys.state import EndKind
from tests.replay.history import replay
from tests.workflows.continuing import SUGGESTED, an_impatient_server, carried_on, chapters
from tests.workflows.scenarios import late_visit, steps
from tests.workflows.stages import a_stage

WAVES = 8


@pytest_asyncio.fixture(scope="module")
async def impatient() -> AsyncIterator[WorkflowEnvironment]:
    """The server that suggests to continue as new soon."""
    async with an_impatient_server() as server:
        yield server


async def test_a_run_keeps_what_it_knows(impatient: WorkflowEnvironment) -> None:
    """The open task, its alarm, the facts heard, those already taken and the answers already given outlive the old history; all parts replay."""
    async with a_stage(impatient) as stage:
        run = await carried_on(stage)
        parts = await chapters(run)
    assert len(parts) > 1
    for part in parts:
        await replay(part)


async def test_noise_does_not_grow_a_history(impatient: WorkflowEnvironment) -> None:
    """Facts and commands pour in together, wave upon wave: every command is answered as if it were alone, and no history grows long."""
    async with a_stage(impatient) as stage:
        run = await stage.play(steps(visit=late_visit()))
        await run.at("visit")
        handed = [on.Reassign(id=run.fresh, by="rep", task=run.key("visit"), to=f"colleague-{number}") for number in range(WAVES)]
        for command in handed:
            noise = (run.tell(on.TouchHeard(id=run.fresh, touch="another.touch", heard=Heard.OPENED)) for _ in range(50))
            pouring = asyncio.gather(*noise)
            answer = await run.command(command)
            await pouring
            assert [note.to for note in answer.notes] == [command.to]
        await run.complete("visit", "interested")
        assert (await run.end()).kind is EndKind.FINISHED
        parts = await chapters(run)
    assert [note.to for note in run.told(What.REASSIGNED)] == [command.to for command in handed]
    assert len(parts) >= WAVES / 4
    assert max(len(part.events) for part in parts) < 3 * SUGGESTED
