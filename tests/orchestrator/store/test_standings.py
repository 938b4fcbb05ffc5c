"""Where the lines of a run stand, as the store keeps it from advance to advance."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import MoveOrder
from journeys.commands import Note, What
from journeys.position import Position, Standing
from orchestrator.store import tables
from orchestrator.store.runs import StoredRuns
from tests.builders import NOW
from tests.orchestrator.store.desk.filling import ENROLMENT, a_task, add, every
from tests.orchestrator.store.sending import an_end, an_entry


def a_line(**changes: Any) -> Standing:
    told: dict[str, Any] = {"line": "", "step": "first-visit", "key": "enr1.first-visit.1", "doing": "task", "since": NOW, "until": NOW, "reason": None}
    return Standing(**{**told, **changes})


def at(*lines: Standing) -> Position:
    return Position(step="first-visit", doing="task", since=NOW, until=NOW, reason=None, ended=None, lines=lines)


async def lines(engine: AsyncEngine) -> list[tuple[str, str, str]]:
    return sorted((row.line, row.step, row.doing) for row in await every(engine, tables.StandingRow))


async def test_lines_come_and_go(world: AsyncEngine) -> None:
    """Each line has one row while it is played, and none after the end."""
    runs = StoredRuns(world)
    await runs.record(an_entry(position=at(a_line(step="both", doing="joining"), a_line(line="both.a"), a_line(line="both.b", step="mail", doing="held"))))
    assert await lines(world) == [("", "both", "joining"), ("both.a", "first-visit", "task"), ("both.b", "mail", "held")]
    await runs.record(an_entry(move=2, position=at(a_line(step="pause", doing="waiting"))))
    assert await lines(world) == [("", "pause", "waiting")]
    await runs.record(an_entry(Note(what=What.ENDED, to="finished"), move=3, position=an_end()))
    assert await lines(world) == []


async def test_a_deadline_that_moved_moves_the_task(world: AsyncEngine) -> None:
    """By an edit, or a pause: the rep's list says the day by which the run counts."""
    await add(world, a_task())
    runs, later = StoredRuns(world), NOW + timedelta(days=3)
    await runs.record(an_entry(position=at(a_line())))
    await runs.record(an_entry(move=2, position=at(a_line(until=later))))
    (task,) = await every(world, tables.Task)
    assert task.due == later


async def test_a_task_whose_step_was_renamed_is_that_steps(world: AsyncEngine) -> None:
    """Also where its line is called otherwise, and its deadline moved: it is found by its key, which stays."""
    await add(world, a_task())
    runs, later = StoredRuns(world), NOW + timedelta(days=3)
    await runs.record(an_entry(position=at(a_line(step="both", key="enr1.both.1", doing="joining"), a_line(line="both.a"))))
    renamed = a_line(line="pair.a", step="meeting", until=later)
    await runs.record(an_entry(move=2, position=at(a_line(step="pair", key="enr1.both.1", doing="joining"), renamed)))
    (task,) = await every(world, tables.Task)
    assert (task.step, task.due) == ("meeting", later)
    assert await lines(world) == [("", "pair", "joining"), ("pair.a", "meeting", "task")]


async def test_a_move_to_another_version_is_recorded_once(world: AsyncEngine) -> None:
    """The enrolment names the version from here on, in the transaction that records the advance; a repeat changes nothing."""
    entry = an_entry(Note(what=What.MIGRATED, way="1", to="2"), position=at(a_line()))
    runs = StoredRuns(world)
    for _ in range(2):
        await runs.move(MoveOrder(entry=entry, version=2, digest="d2"))
    (enrolment,) = [row for row in await every(world, tables.Enrolment) if row.id == ENROLMENT]
    assert (enrolment.version, enrolment.digest) == (2, "d2")
    assert [(line.what, line.version, line.to) for line in await every(world, tables.TimelineEntry)] == [("migrated", 1, "2")]
