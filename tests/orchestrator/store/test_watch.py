"""The monitor: it sees each way in which a run can be parked without a waker, alarms once, and takes the alarm back when the run is well."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from api.paging import Slice
from journeys.pace import Pace
from orchestrator.clock import JourneyClock
from orchestrator.monitor import PAGE, PAGES, Monitor
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

    async def running(self, enrolments: Collection[str]) -> Collection[str]:
        self.asked += enrolments
        return [each for each in enrolments if each not in self.dead]


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


def a_turn(run: str, **changes: Any) -> tables.Turn:
    told: dict[str, Any] = {"journey": run, "priority": 10, "when_busy": "wait", "active": False, "begun": False, "since": LONG_AGO}
    return tables.Turn(**{**told, "enrolment_id": run, "person_id": ASTRID, **changes})


async def two_journeys(engine: AsyncEngine, how: str) -> None:
    """One run has the HCP, the other waits for it: in the queue, or paused if it had begun."""
    waits = {"status": "queued", "doing": None} if how == "queued" else {"doing": "paused", "held_because": "busy.rival"}
    await a_run(engine, until=None, **waits)
    await add(engine, an_enrolment(id="rival", journey="rival", since=LONG_AGO, until=SOON, doing="task", created_at=LONG_AGO))
    begun = {"begun": True, "pause": "busy.rival"} if how == "paused" else {}
    await add(engine, a_turn("rival", active=True, begun=True, priority=90), a_turn("run", busy_with="rival", **begun))


LOST = {
    "its turn has come": "UPDATE turn SET active = enrolment_id = 'run'",
    "its claim is missing": "DELETE FROM turn WHERE enrolment_id = 'run'",
    "the rival has ended": "UPDATE enrolment SET status = 'ended' WHERE id = 'rival'",
    "nobody has the HCP": "DELETE FROM turn WHERE enrolment_id = 'rival'",
}


@pytest.mark.parametrize("how", ["queued", "paused"])
@pytest.mark.parametrize("statement", LOST.values(), ids=LOST)
async def test_failure_1_a_run_that_waits_for_a_turn_that_does_not_come_is_left_waiting(engine: AsyncEngine, how: str, statement: str) -> None:
    """While another journey has the HCP it is well, for however long; when nothing would ever give it the turn, there is an alarm."""
    await two_journeys(engine, how)
    assert await a_monitor(engine).look() == ()
    await change(engine, statement)
    assert [(alarm.enrolment_id, alarm.kind) for alarm in await a_monitor(engine).look()] == [("run", "left_waiting")]


async def test_a_run_whose_pause_is_just_being_ended_is_well(engine: AsyncEngine) -> None:
    """What it was told is on its way to it; only when that came long ago, and the run is paused still, was it lost."""
    await two_journeys(engine, "paused")
    await change(engine, LOST["its turn has come"])
    now = datetime.now(UTC)
    told = tables.Outbox(enrolment_id="run", kind="fact", payload={"is_": "resumed"}, created_at=now, try_after=now)
    await add(engine, told)
    monitor = Monitor(StoredWatch(engine), FakeServers(), JourneyClock(Pace(speed=1.0, origin=now)))
    assert await monitor.look() == ()
    await change(engine, "UPDATE outbox SET created_at = :past, delivered_at = :past", past=now - timedelta(hours=1))
    assert [alarm.kind for alarm in await monitor.look()] == ["left_waiting"]


async def test_a_newcomer_to_the_queue_has_its_grace(engine: AsyncEngine) -> None:
    """Its claim may be a moment younger than what else the monitor reads."""
    await a_run(engine, status="queued", until=None, created_at=CLOCK.now())
    assert await a_monitor(engine).look() == ()


async def test_a_run_without_its_workflow_is_gone(engine: AsyncEngine) -> None:
    """The store says that it waits, Temporal that there is nothing: nobody will ever wake it. Everybody is asked about."""
    await a_run(engine)
    await add(engine, an_enrolment(id="other", journey="another", since=LONG_AGO, until=SOON, step="visit", doing="task"))
    servers = FakeServers("other")
    assert [(alarm.enrolment_id, alarm.kind) for alarm in await a_monitor(engine, servers).look_everywhere()] == [("other", "gone")]
    assert servers.asked == ["other", "run"]
    assert await a_monitor(engine, FakeServers()).look() == ()
    assert await seen(engine) == []


COPIES = """
    INSERT INTO enrolment
        (id, journey, person_id, version, digest, product, purpose, market, status, move, created_by, created_at, awaited, doing, since, until)
    SELECT 'x' || lpad(n::text, 6, '0'), 'j' || n, person_id, version, digest, product, purpose, market, status, move, created_by, created_at, awaited, doing,
        since, until
    FROM enrolment, generate_series(1, :many) AS n WHERE id = 'run'
"""


async def test_each_look_goes_on_where_the_last_one_stopped(engine: AsyncEngine) -> None:
    """A look takes so many pages and no more, so that it ends; the runs after them are those of the next."""
    await a_run(engine)
    many = PAGE * PAGES + 1
    await change(engine, COPIES, many=many)
    servers = FakeServers()
    monitor = a_monitor(engine, servers)
    await monitor.look()
    assert len(servers.asked) == PAGE * PAGES
    await monitor.look()
    assert len(set(servers.asked)) == len(servers.asked) == many + 1
