"""Every scenario on both servers: the one that skips time, and the one that production resembles."""

import pytest
from temporalio.testing import WorkflowEnvironment

import tests.workflows.kinds  # noqa: F401 - puts its scenarios on the list
from tests.replay.history import replay
from tests.workflows.scenarios import SCENARIOS, Scenario
from tests.workflows.stages import a_stage


@pytest.fixture(params=["time_skipping", "temporal_dev"])
def environment(request: pytest.FixtureRequest) -> WorkflowEnvironment:
    """Each server in turn."""
    server: WorkflowEnvironment = request.getfixturevalue(request.param)
    return server


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_a_scenario_plays_and_replays(scenario: Scenario, environment: WorkflowEnvironment) -> None:
    """The story is the same on both servers, and the history that it leaves leads to the same moves again."""
    async with a_stage(environment, speed=scenario.speed) as stage:
        run = await scenario.play(stage)
        history = await run.history()
    await replay(history)
