"""Thirty virtual days of pause over several runs on a real server: who is written to, and how often, counted exactly."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from journeys import events as on
from journeys.events import CatchUp
from journeys.state import EndKind
from tests.builders import a_pause, an_email
from tests.replay.history import replay
from tests.workflows.scenarios import steps
from tests.workflows.stages import Played, Stage, a_stage, eventually

LENGTHS = (5, 10, 15, 20, 25, 29, 40, 60)
"""Six letters fall due within the thirty days, two after them."""


async def crowd(stage: Stage) -> list[Played]:
    runs = [await stage.play(steps(pause=a_pause(f"{days} days", next="mail"), mail=an_email())) for days in LENGTHS]
    for run in runs:
        await run.at("pause", "waiting")
    return runs


@pytest.mark.parametrize(("catch_up", "at_once", "in_all"), [(CatchUp.SHIFT, 0, 8), (CatchUp.SEND_LATEST, 6, 8), (CatchUp.DROP, 0, 2)])
async def test_failure_4_thirty_days_of_pause_lose_nobody_and_flood_nobody(
    catch_up: CatchUp, at_once: int, in_all: int, time_skipping: WorkflowEnvironment
) -> None:
    """Nothing goes out while it holds; afterwards exactly what the policy says, and everybody comes to the end."""
    async with a_stage(time_skipping) as stage:
        runs = await crowd(stage)
        await asyncio.gather(*(run.tell(on.Paused(id="halt.paused", pause="halt")) for run in runs))
        for run in runs:
            await run.at("pause", "waiting")
            await eventually(lambda run=run: run.position.doing == "paused", lambda run=run: run.seen)  # type: ignore[misc]
        await stage.pass_time(timedelta(days=30))
        assert stage.channel.sent == []
        await asyncio.gather(*(run.tell(on.Resumed(id="halt.resumed", pause="halt", catch_up=catch_up)) for run in runs))
        for run in runs:
            await eventually(lambda run=run: run.position.doing != "paused", lambda run=run: run.seen)  # type: ignore[misc]
        await eventually(lambda: len(stage.channel.sent) >= at_once, lambda: f"{at_once} letters: {len(stage.channel.sent)} were sent")
        assert len(stage.channel.sent) == at_once
        for run in runs:
            assert (await run.end()).kind is EndKind.FINISHED
            await replay(await run.history())
        assert len(stage.channel.sent) == len({message.key for message in stage.channel.sent}) == in_all
