"""Failures of the engines that came before, each a test of ours named by its number; those that need the store are beside the store's tests."""

import asyncio
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment

from journeys import events as on
from journeys.definitions import Heard
from tests.builders import a_branch, a_pause, a_wait, an_email
from tests.workflows.scenarios import late_visit, steps
from tests.workflows.stages import Played, a_stage

LISTENING: dict[str, Any] = {"event": "page_viewed", "up_to": "3 days"}


async def test_failure_1_what_came_before_the_wait_ends_it(time_skipping: WorkflowEnvironment) -> None:
    """The event is heard while a visit is still open; the wait that comes after it does not wait for a second one."""
    journey = steps(visit=late_visit(next="viewing"), viewing={"wait": LISTENING, "next": {"happened": "mail", "timeout": "done"}}, mail=an_email())
    async with a_stage(time_skipping) as stage:
        run = await stage.play(journey)
        await run.at("visit")
        await run.happen("page_viewed")
        await run.complete("visit", "interested")
        await run.end()
        assert run.ways == ["interested > viewing", "happened > mail", "sent > done"]


async def test_failure_1_what_comes_at_the_instant_of_the_time_out_counts(temporal_dev: WorkflowEnvironment) -> None:
    """The run is busy writing something down while its alarm rings and the click arrives: what has arrived goes before the alarm."""
    journey = steps(
        mail=an_email(next="reading"),
        reading=a_wait("clicked", next={"clicked": "last", "timeout": "done"}, wait={"up_to": "10 days"}),
        last=a_pause("1 day"),
    )
    async with a_stage(temporal_dev) as stage:
        run = await stage.play(journey)
        until = (await run.at("reading", "waiting")).until
        assert until is not None
        stage.runs.recording.clear()
        await run.hear("mail", Heard.OPENED)
        while await stage.now() < until:
            await asyncio.sleep(0.05)
        await rung(run)
        await run.hear("mail", Heard.CLICKED)
        stage.runs.recording.set()
        await run.end()
        assert run.ways == ["sent > reading", "clicked > last", "timeout > done"]


async def rung(run: Played) -> None:
    """Wait until the alarm of the run has rung in its history, while its activity stands before a shut door."""

    async def fired() -> bool:
        return any(event.event_type == EventType.EVENT_TYPE_TIMER_FIRED for event in (await run.history()).events)

    while not await fired():
        await asyncio.sleep(0.05)


async def test_failure_8_a_condition_after_a_delay_is_judged_on_the_facts_of_that_day(time_skipping: WorkflowEnvironment) -> None:
    """The stage changed during the delay and nobody told the run: the branch asks, and goes by what is true now."""
    journey = steps(
        rest=a_pause("10 days", next="stage"),
        stage=a_branch(({"fact": "adoption_stage", "at_least": "trial"}, "mail"), otherwise="done"),
        mail=an_email(),
    )
    async with a_stage(time_skipping) as stage:
        run = await stage.play(journey, facts={"adoption_stage": "aware"})
        await run.at("rest", "waiting")
        stage.runs.facts_now = {"adoption_stage": "user"}
        await run.end()
        assert run.ways == ["timeout > stage", "case_1 > mail", "sent > done"]


async def test_failure_11_a_noisy_source_cannot_grow_a_history_without_bound(temporal_dev: WorkflowEnvironment) -> None:
    """Should thousands of events reach one run all the same, it goes on in new histories, remembers a bounded number, and loses no place."""
    journey = steps(
        viewing={"wait": {**LISTENING, "where": {"page": "evidence"}, "up_to": "300 days"}, "next": {"happened": "mail", "timeout": "done"}}, mail=an_email()
    )
    async with a_stage(temporal_dev) as stage:
        run = await stage.play(journey)
        await run.at("viewing", "waiting")
        for number in range(0, 1500, 50):
            views = (on.Happened(id=f"view-{each}", event="page_viewed", fields={"page": "news"}) for each in range(number, number + 50))
            await asyncio.gather(*map(run.tell, views))
        await run.happen("page_viewed", page="evidence")
        await run.end()
        assert run.ways == ["happened > mail", "sent > done"]
        assert len((await run.history()).events) < 2 * 1500 + 100
        assert len(run.entries) < 10
