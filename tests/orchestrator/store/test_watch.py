"""The monitor: it sees each way in which a run can be parked without a waker, alarms once, and takes the alarm back when the run is well."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from api.paging import Slice
from orchestrator.monitor import Monitor
from orchestrator.store import tables
from orchestrator.store.watch import StoredWatch
from tests.orchestrator.store.desk.filling import ASTRID, add, an_enrolment, every, the_world
from tests.orchestrator.store.operating import CLOCK, a_standing
from tests.orchestrator.store.sending import change

LONG_AGO = CLOCK.now() - timedelta(days=2)
SOON = CLOCK.now() + timedelta(days=2)


class FakeServers:
    """Every run has its workflow, but for those that are `dead`."""

    def __init__(self, *dead: str) -> None:
        self.dead = dead
        self.asked: list[str] = []

    async def is_running(self, enrolment_id: str) -> bool:
        self.asked.append(enrolment_id)
        return enrolment_id not in self.dead


async def a_run(engine: AsyncEngine, **changes: Any) -> None:
    await the_world(engine)
    told = {"id": "run", "person_id": ASTRID, "step": "visit", "doing": "task", "since": LONG_AGO, "until": SOON, "created_at": LONG_AGO}
    await add(engine, an_enrolment(**{**told, **changes}))


def a_monitor(engine: AsyncEngine, servers: FakeServers | None = None) -> Monitor:
    return Monitor(StoredWatch(engine), servers or FakeServers(), CLOCK)


async def seen(engine: AsyncEngine) -> list[tuple[str, str]]:
    return [(line.enrolment_id, line.kind) for line in (await StoredWatch(engine).page(cut=Slice())).rows]


async def test_a_run_that_is_well_raises_nothing(engine: AsyncEngine) -> None:
    """It waits, it has a time at which it wakes, and its workflow runs."""
    await a_run(engine)
    assert await a_monitor(engine).look() == ()
    assert await seen(engine) == []


@pytest.mark.parametrize(
    ("kind", "run"),
    [
        ("not_started", {"status": "requested"}),
        ("overslept", {"until": LONG_AGO}),
        ("no_waker", {"until": None}),
    ],
)
async def test_a_parked_run_raises_an_alarm_once(engine: AsyncEngine, kind: str, run: dict[str, Any]) -> None:
    """A line of the log with level error, a row that the API tells, and no second of either while it stands."""
    await a_run(engine, **run)
    monitor = a_monitor(engine)
    with capture_logs() as logs:
        assert [(alarm.enrolment_id, alarm.kind) for alarm in await monitor.look()] == [("run", kind)]
        assert await monitor.look() == ()
    assert [(log["event"], log["log_level"], log["enrolment"], log["kind"]) for log in logs] == [("parked", "error", "run", kind)]
    assert await seen(engine) == [("run", kind)]


async def test_an_effect_that_never_ends_is_stuck(engine: AsyncEngine) -> None:
    """Also on a line within another."""
    await a_run(engine, doing="joining")
    await add(engine, a_standing("run", line="both.a", doing="sending", since=LONG_AGO, until=None))
    assert [alarm.kind for alarm in await a_monitor(engine).look()] == ["stuck"]


async def test_a_paused_run_is_well_until_its_pause_is_lifted_and_it_is_not_told(engine: AsyncEngine) -> None:
    """While the pause holds it may stand for ever; a day after it was lifted it has been forgotten."""
    await a_run(engine, doing="paused", held_because="halt-1", until=None)
    await add(engine, tables.Halt(id="halt-1", kind="pause", scope="market", value="SE", reason="other", by="user-admin", at=LONG_AGO, concerned=1))
    assert await a_monitor(engine).look() == ()
    await change(engine, "UPDATE halt SET lifted_at = :at", at=LONG_AGO)
    assert [alarm.kind for alarm in await a_monitor(engine).look()] == ["left_paused"]


async def test_an_alarm_is_taken_back_and_may_be_raised_again(engine: AsyncEngine) -> None:
    """A run that woke after all is well; the row stays, so that what happened can be read."""
    await a_run(engine, until=LONG_AGO)
    monitor = a_monitor(engine)
    await monitor.look()
    await change(engine, "UPDATE enrolment SET until = :soon", soon=SOON)
    await monitor.look()
    assert await seen(engine) == []
    assert len(await every(engine, tables.AlarmRow)) == 1
    await change(engine, "UPDATE enrolment SET until = :past", past=LONG_AGO)
    assert len(await monitor.look()) == 1


async def test_a_run_without_its_workflow_is_gone(engine: AsyncEngine) -> None:
    """The store says that it waits, Temporal that there is nothing: nobody will ever wake it. Each look asks about the next ones."""
    await a_run(engine)
    await add(engine, an_enrolment(id="other", journey="another", since=LONG_AGO, until=SOON, step="visit", doing="task"))
    servers = FakeServers("other")
    assert [(alarm.enrolment_id, alarm.kind) for alarm in await a_monitor(engine, servers).look_everywhere()] == [("other", "gone")]
    assert servers.asked == ["other", "run"]
    assert await a_monitor(engine, FakeServers()).look() == ()
    assert await seen(engine) == []
