"""A run among noise on a server that soon suggests to continue as new: what it remembered before must hold after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from journeys import events as on
from journeys.commands import What
from journeys.definitions import Definition, Heard
from orchestrator.embedded import programs
from tests.builders import a_visit, a_wait, an_email
from tests.workflows.scenarios import late_visit, steps
from tests.workflows.stages import Played, Stage

SUGGESTED = 100
"""The length of a history at which the server suggests to continue as new; servers for real work wait for thousands of events."""


@asynccontextmanager
async def an_impatient_server() -> AsyncIterator[WorkflowEnvironment]:
    """A development server of its own that suggests it after `SUGGESTED` events."""
    patience = ("--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={SUGGESTED}")
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(programs.temporal()), dev_server_extra_args=patience) as server:
        yield server


def a_long_dialogue() -> Definition:
    """A message that is clicked early, a visit, a visit that nobody makes, a wait for that click, a last visit."""
    return steps(
        mail=an_email(next="visit"),
        visit=late_visit(next="unmade"),
        unmade=a_visit(visit={"due": "50 days"}, next={"overdue": "reading", "otherwise": "done"}),
        reading=a_wait(wait={"of": "mail", "up_to": "300 days"}, next={"clicked": "last", "otherwise": "done"}),
        last=late_visit(),
    )


async def carried_on(stage: Stage) -> Played:
    """A click, a withdrawal and a completed visit; noise until the run has continued as new; then all of them are still known."""
    run = await stage.play(a_long_dialogue())
    await run.at("visit")
    await run.hear("mail", Heard.CLICKED)
    await run.tell(on.ConsentWithdrawn(id="consent-1", channel="email"))
    await run.tell(on.ConsentGiven(id="consent-2", channel="email"))
    completion = run.completion("visit", "interested")
    answer = await run.command(completion)
    due = (await run.at("unmade")).until
    await noise_until_new(run)
    assert await run.command(completion) == answer
    assert run.position.until == due
    await run.tell(on.ConsentWithdrawn(id="consent-1", channel="email"))
    await run.at("last")
    assert due is not None
    assert run.entries[-1].at >= due
    await run.complete("last", "interested")
    await run.end()
    assert run.ways == ["sent > visit", "interested > unmade", "overdue > reading", "clicked > last", "interested > done"]
    assert len(run.told(What.HEARD)) == 1
    return run


async def noise_until_new(run: Played) -> None:
    """Tell the run what does not concern it, until it goes on in a new history."""
    first = await run_id(run)
    for _ in range(SUGGESTED // 10):
        await asyncio.gather(*(run.tell(on.TouchHeard(id=run.fresh, touch="another.touch", heard=Heard.OPENED)) for _ in range(10)))
        await run.history_at_rest()
        if await run_id(run) != first:
            return
    raise AssertionError(f"the run took {SUGGESTED} facts and did not continue as new")


async def run_id(run: Played) -> str:
    """The id of the history that the run writes now."""
    return (await run.handle.describe()).run_id or ""


async def chapters(run: Played) -> list[WorkflowHistory]:
    """Every history of the run, the first one first."""
    found: list[WorkflowHistory] = []
    next_id: str | None = await run_id(run)
    while next_id:
        found.insert(0, await run.chapter(next_id).fetch_history())
        next_id = found[0].events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found
