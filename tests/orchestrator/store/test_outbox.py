"""The outbox and its relay on a real PostgreSQL: at least once, in the order of each run, and one run's trouble is no other's."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import capture_logs

from journeys.events import Command, ConsentWithdrawn, Fact, FactsChanged
from orchestrator.store import outbox, tables
from orchestrator.store.engine import transaction
from orchestrator.store.outbox import Relay, Undeliverable
from tests.orchestrator.store.desk.filling import ASTRID, BO, ENROLMENT, add, an_enrolment
from tests.orchestrator.store.sending import change, runs_of_one_person


class FakeRunner:
    """Runs in memory. A run in `failing` raises what it is given; with `strict`, a run must be started before it can be told anything."""

    def __init__(self, *, failing: Iterable[str] = (), strict: bool = False) -> None:
        self.failing = set(failing)
        self.strict = strict
        self.heard: dict[str, list[str]] = defaultdict(list)

    async def start(self, enrolment_id: str) -> None:
        await self._come_through(enrolment_id)
        self.heard[enrolment_id].append("start")

    async def tell(self, enrolment_id: str, fact: Fact) -> None:
        await self._come_through(enrolment_id)
        if self.strict and "start" not in self.heard[enrolment_id]:
            raise Undeliverable(enrolment_id)
        self.heard[enrolment_id].append(fact.id)

    async def order(self, enrolment_id: str, command: Command) -> None:
        await self._come_through(enrolment_id)
        self.heard[enrolment_id].append(command.id)

    async def sweep(self, sweep_id: str) -> None:
        self.heard[sweep_id].append("sweep")

    async def keep_openings(self, journey: str) -> None:
        self.heard[journey].append("openings")

    async def operate(self, operation: str) -> None:
        await self._come_through(operation)
        self.heard[operation].append("operate")

    async def dispatch(self, dispatch_id: str) -> None:
        await self._come_through(dispatch_id)
        self.heard[dispatch_id].append("dispatch")

    async def look_after(self, case: str) -> None:
        self.heard[case].append("look_after")

    async def _come_through(self, enrolment_id: str) -> None:
        await asyncio.sleep(0.002)
        if enrolment_id in self.failing:
            raise ConnectionRefusedError


async def _write(engine: AsyncEngine, enrolment_id: str, *facts: str, start: bool = False) -> None:
    async with transaction(engine) as session:
        if start:
            await outbox.start(session, enrolment_id)
        for fact in facts:
            await outbox.tell(session, enrolment_id, ConsentWithdrawn(id=fact, channel="email"))


async def _rows(engine: AsyncEngine) -> list[tables.Outbox]:
    async with transaction(engine) as session:
        return list(await session.exec(select(tables.Outbox).order_by(col(tables.Outbox.id))))


async def _rested(engine: AsyncEngine) -> None:
    """Let the rest of every row be over."""
    await change(engine, "UPDATE outbox SET try_after = now() - interval '1 second'")


async def test_a_run_hears_everything_in_the_order_it_was_written(world: AsyncEngine) -> None:
    """Its start first, then each fact, and nothing a second time."""
    await _write(world, ENROLMENT, "a", "b", "c", start=True)
    await _write(world, ENROLMENT, "d")
    runner = FakeRunner(strict=True)
    assert (await Relay(world, runner).nudge(), await Relay(world, runner).nudge()) == (5, 0)
    assert runner.heard[ENROLMENT] == ["start", "a", "b", "c", "d"]
    assert all(row.delivered_at is not None and row.trouble is None and row.attempts == 1 for row in await _rows(world))


async def test_a_transaction_that_fails_tells_nobody(world: AsyncEngine) -> None:
    """The outbox is written with its cause or not at all."""
    async with AsyncSession(world) as session, session.begin() as begun:
        await outbox.start(session, ENROLMENT)
        await session.flush()
        await begun.rollback()
    assert await Relay(world, FakeRunner()).nudge() == 0


async def test_one_run_in_trouble_does_not_stop_the_others(world: AsyncEngine) -> None:
    """All the others hear everything at once; what could not be delivered is kept, said and counted."""
    for run in ("run0", "run1", "run2"):
        await _write(world, run, f"{run}-a", f"{run}-b")
    runner = FakeRunner(failing=["run0"])
    with capture_logs() as lines:
        assert await Relay(world, runner).nudge() == 4
    assert dict(runner.heard) == {"run1": ["run1-a", "run1-b"], "run2": ["run2-a", "run2-b"]}
    failed, waiting, *_ = await _rows(world)
    assert (failed.trouble, failed.attempts, failed.delivered_at) == ("ConnectionRefusedError", 1, None)
    assert (waiting.trouble, waiting.attempts) == (None, 0)
    assert [(line["event"], line["trouble"], line["row"]) for line in lines] == [("outbox", "ConnectionRefusedError", failed.id)]


async def test_a_fact_never_overtakes_an_earlier_one_of_its_run(world: AsyncEngine) -> None:
    """A withdrawal that rests after a failure is not overtaken by the consent that was given later, else the run would believe the older act."""
    await _write(world, ENROLMENT, "withdrawn")
    runner = FakeRunner(failing=[ENROLMENT])
    await Relay(world, runner).nudge()
    runner.failing.clear()
    await _write(world, ENROLMENT, "given")
    assert await Relay(world, runner).nudge() == 0
    await _rested(world)
    assert await Relay(world, runner).nudge() == 2
    assert runner.heard[ENROLMENT] == ["withdrawn", "given"]


async def test_facts_do_not_overtake_the_start_of_their_run(world: AsyncEngine) -> None:
    """While the start cannot be handed over, what the run must hear after it waits, without an attempt."""
    await _write(world, ENROLMENT, "a", start=True)
    runner = FakeRunner(failing=[ENROLMENT], strict=True)
    await Relay(world, runner).nudge()
    runner.failing.clear()
    await _rested(world)
    await Relay(world, runner).nudge()
    assert runner.heard[ENROLMENT] == ["start", "a"]
    assert [row.attempts for row in await _rows(world)] == [2, 1]


async def test_a_rest_grows_with_every_failure(world: AsyncEngine) -> None:
    """1, 2, 4 … seconds, and never more than five minutes."""
    await _write(world, ENROLMENT, "a")
    relay, rests = Relay(world, FakeRunner(failing=[ENROLMENT])), []
    for _ in range(11):
        await _rested(world)
        before = datetime.now(UTC)
        await relay.nudge()
        (row,) = await _rows(world)
        rests.append(round((row.try_after - before).total_seconds()))
    assert rests == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert row.attempts == 11


async def test_what_an_ended_run_would_hear_is_marked_and_done_with(world: AsyncEngine) -> None:
    """There is nobody to tell any more, which is no failure."""
    await change(world, "UPDATE enrolment SET status = 'ended'")
    await _write(world, ENROLMENT, "a")
    assert await Relay(world, FakeRunner(strict=True)).nudge() == 1
    (row,) = await _rows(world)
    assert (row.trouble, row.delivered_at is not None) == ("ended", True)


async def test_a_run_that_is_not_started_yet_is_told_later(world: AsyncEngine) -> None:
    """The engine does not know a run that the store does: the fact is kept until it does."""
    await _write(world, ENROLMENT, "a")
    runner = FakeRunner(strict=True)
    assert await Relay(world, runner).nudge() == 0
    (row,) = await _rows(world)
    assert (row.trouble, row.delivered_at) == ("not_started", None)
    runner.strict = False
    await _rested(world)
    assert await Relay(world, runner).nudge() == 1


async def test_relays_at_the_same_time_share_the_work(world: AsyncEngine) -> None:
    """Four of them deliver each row once, and each run still hears its own in order."""
    for number in range(10):
        await _write(world, f"run{number}", *(f"{number}-{fact}" for fact in range(4)), start=True)
    runner = FakeRunner(strict=True)
    delivered = await asyncio.gather(*(Relay(world, runner).nudge() for _ in range(4)))
    while any(row.delivered_at is None for row in await _rows(world)):
        await Relay(world, runner).nudge()
    assert sum(delivered) > 0
    assert dict(runner.heard) == {f"run{number}": ["start", *(f"{number}-{fact}" for fact in range(4))] for number in range(10)}


async def test_a_relay_that_dies_while_delivering_leaves_its_row(world: AsyncEngine) -> None:
    """Delivered at least once: the row is open again as soon as the transaction of the dead relay is gone."""
    await _write(world, ENROLMENT, "a")
    dying = asyncio.create_task(Relay(world, FakeRunner()).nudge())
    await asyncio.sleep(0)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    runner = FakeRunner()
    assert await Relay(world, runner).nudge() == 1
    assert runner.heard[ENROLMENT] == ["a"]


async def test_every_run_of_a_person_that_has_not_ended_is_told(world: AsyncEngine) -> None:
    """Those that are requested or running; not the one that the news comes from, nor other people's, nor those that have ended."""
    await add(
        world,
        *runs_of_one_person(3),
        an_enrolment(id="requested", journey="j-requested", status="requested"),
        an_enrolment(id="ended", journey="j-ended", status="ended"),
        an_enrolment(id="bo", person_id=BO),
    )
    fact = FactsChanged(id="f1", facts={"persona": "ordinary"})
    async with transaction(world) as session:
        await outbox.tell_person(session, ASTRID, fact, but="run1")
    rows = await _rows(world)
    assert Counter(row.enrolment_id for row in rows) == Counter([ENROLMENT, "run0", "run2", "requested"])
    assert {row.kind for row in rows} == {"fact"}


async def test_a_fact_arrives_as_it_was_written(world: AsyncEngine) -> None:
    """Through JSON and back."""
    told: list[Any] = []

    class Listening(FakeRunner):
        async def tell(self, enrolment_id: str, fact: Fact) -> None:
            told.append(fact)

    fact = FactsChanged(id="f1", facts={"persona": "ordinary", "decile": 8, "email_consent": True, "tier": None})
    async with transaction(world) as session:
        await outbox.tell(session, ENROLMENT, fact)
    await Relay(world, Listening()).nudge()
    assert told == [fact]


async def test_a_long_queue_of_one_run_is_delivered_at_once(world: AsyncEngine) -> None:
    """No row waits for the next look into the outbox when nothing stands in its way."""
    await _write(world, ENROLMENT, *(f"{number:03}" for number in range(50)))
    runner = FakeRunner()
    started = datetime.now(UTC)
    assert await Relay(world, runner).nudge() == 50
    assert datetime.now(UTC) - started < timedelta(seconds=5)
    assert all(earlier < later for earlier, later in pairwise(runner.heard[ENROLMENT]))
