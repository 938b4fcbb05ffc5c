"""What a step costs, in events of real histories: the difference between a run with one such step more and a run with one less."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.builders import a_journey, a_pause, an_email, an_exit
from tests.workflows.scenarios import late_visit
from tests.workflows.stages import Stage, a_stage

Kind = Callable[..., dict[str, Any]]


def a_message(**changes: Any) -> dict[str, Any]:
    """A step that sends by itself."""
    return an_email(**changes)


def a_call(**changes: Any) -> dict[str, Any]:
    """A step that the rep completes long before it is due."""
    return late_visit(**changes)


async def cost(stage: Stage, kind: Kind, times: int) -> int:
    """How many events a run writes that goes from a message through so many steps of the kind to a last visit and the end."""
    names = [*(f"step-{number}" for number in range(1, times + 1)), "last"]
    between = {name: kind(next=following) for name, following in pairwise(names)}
    run = await stage.play(a_journey(steps={"opening": an_email(next=names[0]), **between, "last": late_visit(), "done": an_exit()}))
    for step in names if kind is a_call else ["last"]:
        await run.at(step)
        await run.history_at_rest()
        await run.complete(step, "interested")
    await run.end()
    return len((await run.history()).events)


@pytest.mark.parametrize(
    ("kind", "at_most"),
    [pytest.param(a_message, 7, id="a message step"), pytest.param(a_call, 14, id="a completed human step")],
)
async def test_a_step_costs_no_more_than_agreed(kind: Kind, at_most: int, temporal_dev: WorkflowEnvironment, capsys: pytest.CaptureFixture[str]) -> None:
    """The task, its deadline and its update included, whether it is the second step of its kind or the fourth."""
    async with a_stage(temporal_dev) as stage:
        totals = [await cost(stage, kind, times) for times in (1, 2, 3, 4)]
    each = [more - fewer for fewer, more in pairwise(totals)]
    with capsys.disabled():
        print(f"\n{kind.__name__}: {each[0]} events each, of {totals[0]} in a run with one of them")  # noqa: T201 - the figure is what the test is for
    assert set(each) == {each[0]}
    assert each[0] <= at_most


async def test_a_day_of_asking_costs_a_few_events(time_skipping: WorkflowEnvironment) -> None:
    """A run that ends by a consent's lapsing asks once a day: a timer, an activity and their two tasks. One that counts days asks on the day."""
    wait = {"pause": a_pause("40 days"), "done": an_exit()}
    ends = {"nothing": None, "days": {"fact": "days_since_prescription", "at_least": 500}, "consent": {"fact": "email_consent", "is": False}}
    events = {}
    for name, end in ends.items():
        async with a_stage(time_skipping) as stage:
            run = await stage.play(a_journey(steps=wait, exit_when=end), facts={"email_consent": True, "days_since_prescription": 0})
            await run.end()
            events[name] = len((await run.history()).events)
    assert events["days"] == events["nothing"]
    assert events["consent"] - events["nothing"] <= 40 * 11
