"""People parked in every kind of step while its journey is edited in every way, on a real server: nobody is lost, nothing is repeated or skipped."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from journeys import events as on
from journeys.commands import What
from journeys.definitions import Definition, Heard
from journeys.migration import Obstacle, Unmovable
from journeys.receipts import Receipt
from journeys.renaming import line_under
from journeys.state import EndKind
from tests.replay.history import replay
from tests.workflows.continuing import chapters, run_id
from tests.workflows.moving import moved_on
from tests.workflows.parked import (
    AFTER,
    ELSEWHERE,
    HERE,
    PARKED,
    Parked,
    Steps,
    added,
    lengthened,
    new_names,
    of_another_kind,
    of_other_content,
    removed,
    renamed,
    reordered,
    rewired,
    shortened,
    version_2,
)
from tests.workflows.scenarios import late_visit, steps
from tests.workflows.stages import Played, Stage, a_stage

Edit = Callable[[Steps], Steps]

every_kind = pytest.mark.parametrize("parked", PARKED, ids=lambda parked: parked.name)


def touches(stage: Stage) -> list[tuple[str, str]]:
    """What was handed over, in order: the key and the content of each touch."""
    contents = {order.touch.key: str(order.touch.content) for order in stage.ledger.asked}
    return [(message.key, contents[message.key]) for message in stage.channel.sent]


async def edit(parked: Parked, run: Played, how: Edit, mapping: dict[str, str] | None = None) -> Receipt | Unmovable:
    """Move the run to the version that the edit makes."""
    before = parked.steps()
    first = next(iter(before))
    after = how(before)
    return await run.migrate(version_2(after, start=first if first in after else (mapping or {}).get(first, ELSEWHERE)), mapping)


async def ended_well(stage: Stage, run: Played, before: list[tuple[str, str]]) -> None:
    """The run comes to its end: what had gone out stays as it was, no key goes out twice, and the letter after the step goes out once."""
    async with stage.time_unlocked():
        assert (await run.ended_at_once()).kind is EndKind.FINISHED
    assert touches(stage)[: len(before)] == before
    keys = [key for key, _ in touches(stage)]
    assert len(keys) == len(set(keys))
    assert keys.count(run.key(AFTER)) == 1
    await replay_all(run)


async def replay_all(run: Played) -> None:
    for chapter in await chapters(run):
        await replay(chapter)


@pytest.mark.parametrize("how", [added, reordered, rewired, of_other_content], ids=lambda how: how.__name__)
@every_kind
async def test_failure_6_who_is_parked_stays_there(parked: Parked, how: Edit, time_skipping: WorkflowEnvironment) -> None:
    """Steps that are added, moved, rewired or of other content leave the passage, its task and its touch as they were."""
    async with a_stage(time_skipping) as stage:
        run = await parked.park(stage)
        before, standing, lines = touches(stage), run.standing, run.position.lines
        receipt = await edit(parked, run, how)
        assert isinstance(receipt, Receipt), receipt
        assert [note.what for note in receipt.notes] == [What.MIGRATED]
        assert (run.standing, run.position.lines) == (standing, lines)
        assert touches(stage) == before
        await ended_well(stage, run, before)
        assert any(way.endswith(f"> {ELSEWHERE}") for way in run.ways) is (how is rewired)
    assert stage.runs.versions[run.enrolment] == 2


@every_kind
async def test_failure_6_who_is_parked_at_a_step_that_is_gone_goes_where_the_map_says(parked: Parked, time_skipping: WorkflowEnvironment) -> None:
    """Without the map the run stays on its version, untouched; with it, what was open is taken back and the target is entered."""
    async with a_stage(time_skipping) as stage:
        run = await parked.park(stage)
        before, entries = touches(stage), len(run.entries)
        refused = await edit(parked, run, removed)
        assert isinstance(refused, Unmovable)
        assert refused.code is Obstacle.STEP_GONE
        assert (len(run.entries), run.standing[-1:] == [], stage.runs.versions) == (entries, False, {})
        receipt = await edit(parked, run, removed, {HERE: ELSEWHERE})
        assert isinstance(receipt, Receipt), receipt
        assert ELSEWHERE in dict(run.standing)
        assert run.key(ELSEWHERE) in {line.key for line in run.position.lines}
        assert len(run.told(What.TASK_CLOSED)) == (parked.doing == "task") + (parked.name == "medical")
        assert touches(stage) == before
        await ended_well(stage, run, before)


@every_kind
async def test_who_is_parked_at_a_step_that_is_renamed_stays_there(parked: Parked, time_skipping: WorkflowEnvironment) -> None:
    """In the same passage, with the same task or touch, until the same time: nothing is taken back, asked or sent for a new name."""
    async with a_stage(time_skipping) as stage:
        run = await parked.park(stage)
        before, asked, lines = touches(stage), len(stage.ledger.asked), run.position.lines
        names = new_names(parked.steps())
        receipt = await edit(parked, run, renamed, names)
        assert isinstance(receipt, Receipt), receipt
        assert [note.what for note in receipt.notes] == [What.MIGRATED]
        called = [line.model_copy(update={"step": names.get(line.step, line.step), "line": line_under(line.line, names)}) for line in lines]
        assert list(run.position.lines) == called
        assert (touches(stage), len(stage.ledger.asked)) == (before, asked)
        await ended_well(stage, run, before)
    assert stage.runs.versions[run.enrolment] == 2


async def test_a_click_on_a_renamed_letter_leads_on(time_skipping: WorkflowEnvironment) -> None:
    """It is told under the key that the letter had when it went out, to a run that has another name for it."""
    async with a_stage(time_skipping) as stage:
        parked = next(each for each in PARKED if each.name == "wait-heard-of")
        run = await parked.park(stage)
        before = touches(stage)
        await edit(parked, run, renamed, new_names(parked.steps()))
        await run.hear("mail", Heard.CLICKED)
        await ended_well(stage, run, before)
        assert run.ways[-2] == f"clicked > {AFTER}"


@every_kind
async def test_who_is_parked_at_a_step_of_another_kind_begins_it_anew(parked: Parked, time_skipping: WorkflowEnvironment) -> None:
    """Where the map says so, as a second passage; else the run stays on its version."""
    async with a_stage(time_skipping) as stage:
        run = await parked.park(stage)
        before = touches(stage)
        refused = await edit(parked, run, of_another_kind)
        assert isinstance(refused, Unmovable)
        assert refused.code is Obstacle.KIND_CHANGED
        receipt = await edit(parked, run, of_another_kind, {HERE: HERE})
        assert isinstance(receipt, Receipt), receipt
        assert run.key(HERE, 2) in {line.key for line in run.position.lines}
        await ended_well(stage, run, before)


@pytest.mark.parametrize("parked", [parked for parked in PARKED if parked.lengths], ids=lambda parked: parked.name)
async def test_failure_6_a_shortened_step_is_over_and_a_lengthened_one_goes_on(parked: Parked, time_skipping: WorkflowEnvironment) -> None:
    """A task, a hold or a wait that was made longer outlives its old end; one that was then shortened past its end is over at once."""
    async with a_stage(time_skipping) as stage:
        run = await parked.park(stage)
        before = touches(stage)
        longer = version_2(lengthened(parked.steps()), start=next(iter(parked.steps())))
        await moved(run, longer)
        await stage.pass_time(timedelta(days=25))
        assert HERE in dict(run.standing)
        shorter = longer.model_copy(update={"version": 3, "steps": version_2(shortened(parked.steps()), start=next(iter(parked.steps()))).steps})
        await moved(run, shorter, source=longer.digest)
        await eventually_not(run, HERE)
        await ended_well(stage, run, before)


async def moved(run: Played, new: Definition, **told: Any) -> None:
    """Move the run as an operation does: again after a moment, where this one is no safe point."""
    async with asyncio.timeout(20):
        while isinstance(came_to := await run.migrate(new, **told), Unmovable):
            assert came_to.code is Obstacle.NOT_NOW
            await asyncio.sleep(0.05)


async def eventually_not(run: Played, step: str) -> None:
    async with asyncio.timeout(20), run.stage.time_unlocked():
        while step in dict(run.standing):
            await asyncio.sleep(0.01)


async def test_a_run_that_moves_begins_a_new_history(time_skipping: WorkflowEnvironment) -> None:
    """It continues as new on the new version; the same order again has the same answer, and an order from the old version is refused."""
    async with a_stage(time_skipping) as stage:
        old, new = steps(visit=late_visit()), steps(visit=late_visit(next="mail"), mail=late_visit()).model_copy(update={"version": 2})
        run = await stage.play(old)
        await run.at("visit")
        first = await run_id(run)
        answer = await run.migrate(new, id="order-1")
        assert isinstance(answer, Receipt)
        assert await run.migrate(new, id="order-1") == answer
        late = await run.migrate(new, id="order-2")
        assert isinstance(late, Unmovable)
        assert late.code is Obstacle.ANOTHER_VERSION
        assert await run_id(run) != first
        await run.complete("visit", "interested")
        await run.complete("mail", "interested")
        await run.end()
        await replay_all(run)


async def test_a_run_that_is_moved_twice_plays_on_and_replays(time_skipping: WorkflowEnvironment) -> None:
    """What it knew under old names it knows under new ones, and nothing of it is lost with a step that goes."""
    async with a_stage(time_skipping) as stage:
        run = await moved_on(stage)
        assert len(await chapters(run)) == 3
        await replay_all(run)


async def test_an_order_amid_commands_waits_for_its_turn(time_skipping: WorkflowEnvironment) -> None:
    """What came before it is taken before it, on the old version, and every command has its answer."""
    async with a_stage(time_skipping) as stage:
        run = await stage.play(steps(visit=late_visit(next="second"), second=late_visit()))
        await run.at("visit")
        new = steps(visit=late_visit(next="second"), second=late_visit(visit={"due": "100 days"})).model_copy(update={"version": 2})
        stage.runs.recording.clear()
        hand = on.Reassign(id=run.fresh, by="rep", task=run.key("visit"), to="colleague")
        handing = asyncio.create_task(run.command(hand))
        moving = asyncio.create_task(run.migrate(new))
        await asyncio.sleep(0.2)
        stage.runs.recording.set()
        assert [note.to for note in (await handing).notes] == ["colleague"]
        assert isinstance(await moving, Receipt)
        await run.complete("visit", "interested")
        await run.complete("second", "interested")
        await run.end()


async def test_a_run_whose_effect_is_under_way_is_not_moved_now(time_skipping: WorkflowEnvironment) -> None:
    """It is refused before anything is written to its history, and can be moved a moment later."""
    async with a_stage(time_skipping) as stage:
        stage.runs.opening.clear()
        run = await stage.play(steps(visit=late_visit()))
        new = steps(visit=late_visit(visit={"due": "100 days"})).model_copy(update={"version": 2})
        refused = await run.migrate(new)
        assert isinstance(refused, Unmovable)
        assert refused.code is Obstacle.NOT_NOW
        stage.runs.opening.set()
        await run.at("visit")
        assert isinstance(await run.migrate(new), Receipt)
        await run.complete("visit", "interested")
        await run.end()
