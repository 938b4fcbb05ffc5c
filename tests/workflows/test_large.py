"""A definition as large as any company will write: five hundred steps, lines within lines."""

from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from journeys.definitions import Definition
from journeys.state import EndKind
from tests.builders import a_journey, a_pause, an_email, an_exit
from tests.journeys.large import a_large_definition
from tests.workflows.stages import a_stage

LINES = 4
DEPTH = 3


def nested(name: str, end: str, depth: int) -> dict[str, Any]:
    """A parallel step whose lines hold parallel steps in turn, `LINES` to the power of `DEPTH` lines at the innermost."""
    if depth == 0:
        chain = {name: a_pause("1 day", next=f"{name}-tell")}
        chain[f"{name}-tell"] = {"notify": {"whom": "conductor", "message": "On we go."}, "next": f"{name}-learn"}
        chain[f"{name}-learn"] = {"update": {"add_tags": ["engaged"]}, "next": f"{name}-rest"}
        chain[f"{name}-rest"] = a_pause("2 days", next=f"{name}-more")
        chain[f"{name}-more"] = {"notify": {"whom": "conductor", "message": "Still here."}, "next": f"{name}-last"}
        chain[f"{name}-last"] = a_pause("1 day", next=end)
        return chain
    branches = {f"line_{number}": f"{name}-{number}" for number in range(LINES)}
    inner = {step: made for first in branches.values() for step, made in nested(first, "join", depth - 1).items()}
    return {name: {"parallel": {"branches": branches}, "next": end}, **inner}


def five_hundred_steps() -> Definition:
    """Sixty-four lines at once, and a chain of letters after them."""
    steps = nested("all", "mail-0", DEPTH)
    letters = 500 - len(steps) - 1
    for number in range(letters):
        steps[f"mail-{number}"] = an_email(next=f"mail-{number + 1}" if number + 1 < letters else "done")
    return a_journey(steps={**steps, "done": an_exit()}, start="all")


@pytest.mark.timeout(300)
async def test_five_hundred_steps_run_to_their_end(time_skipping: WorkflowEnvironment) -> None:
    """Every line is played, every letter sent, and the run finishes, however often it continues as new on the way."""
    definition = five_hundred_steps()
    assert len(definition.steps) == 500
    async with a_stage(time_skipping) as stage:
        run = await stage.play(definition)
        assert (await run.end(within=200)).kind is EndKind.FINISHED
        assert len(stage.channel.sent) == sum(step.startswith("mail-") for step in definition.steps)
        assert sum(len(entry.acts) for entry in run.entries) == 3 * LINES**DEPTH


@pytest.mark.timeout(300)
async def test_five_hundred_steps_that_the_linter_has_passed_run_to_their_end(time_skipping: WorkflowEnvironment) -> None:
    """Nobody does any of the visits: each falls overdue, is tried once more, and the run goes on through every line to its exit."""
    definition = Definition.model_validate(a_large_definition())
    async with a_stage(time_skipping) as stage:
        run = await stage.play(definition)
        assert (await run.end(within=200)).kind is EndKind.FINISHED
        assert {note.step for note in run.notes if note.step is not None} == set(definition.steps)
