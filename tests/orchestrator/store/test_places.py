"""Places on a real PostgreSQL: two hundred journeys at one HCP, who goes first when there is room again, and how what never comes loses its place."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.orders import TouchOrder
from activities.touches import TouchActivities
from journeys.policy import PATIENCE, Verdict
from journeys.position import Standing
from journeys.reasons import Reason
from orchestrator.store import tables
from orchestrator.store.desk.judgements import StoredJudgements
from tests.activities.fakes import FakeChannel, FakeCounts, StoppedClock
from tests.builders import NOW, a_journey
from tests.orchestrator.store.desk.filling import REP, a_touch, a_version, add, an_enrolment, every
from tests.orchestrator.store.sending import a_ledger, a_touch_order, change, runs_of_one_person, set_cap

WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)
CONNECTIONS = 20
"""As many as a worker has."""


def asking(run: str, *, move: int = 1, **touch: Any) -> TouchOrder:
    """The order of a run that stands at its touch."""
    order = a_touch_order(run, move=move, **touch)
    line = Standing(line="", step="follow-up", key=order.touch.key, doing="sending", since=NOW, until=None, reason=None)
    position = order.entry.position.model_copy(update={"lines": (line,)})
    return order.model_copy(update={"entry": order.entry.model_copy(update={"position": position})})


async def judged(engine: AsyncEngine, run: str, *, now: datetime, move: int = 1) -> Verdict | None:
    """What the gate says to a run; None where it may send."""
    return (await a_ledger(engine).reserve(asking(run, move=move), now=now)).blocked


async def with_priorities(engine: AsyncEngine, **priorities: int) -> None:
    """A run of Astrid's in a journey of each priority. A cap of one, which a touch of yesterday fills."""
    await set_cap(engine, 1)
    await add(engine, a_touch(key="enr1.earlier.1", message_id=None, at=NOW - MINUTE))
    for run, priority in priorities.items():
        await add(engine, a_version(a_journey(journey=run, priority=priority)), an_enrolment(id=run, journey=run))


async def test_of_two_hundred_journeys_at_one_hcp_two_go_out_and_the_others_say_why(world: AsyncEngine) -> None:
    """All at once, through the activity, the ledger and its lock, under a cap of two: two letters are handed over, and each of the 198 can be told
    why, with the count that it was told."""
    await set_cap(world, 2)
    runs = [f"run{number}" for number in range(200)]
    await add(world, *runs_of_one_person(len(runs)))
    channel, free = FakeChannel(), asyncio.Semaphore(CONNECTIONS)
    activities = TouchActivities(a_ledger(world), {"email": channel}, StoppedClock(), FakeCounts())

    async def deliver(run: str) -> str:
        async with free:
            return (await activities.deliver(asking(run))).result

    assert Counter(await asyncio.gather(*map(deliver, runs))) == {"sent": 2, "deferred": 198}
    assert len(channel.offered) == len({message.message_id for message in channel.offered}) == 2
    assert Counter(touch.state for touch in await every(world, tables.Touch)) == {"accepted": 2}
    told = await StoredJudgements(world, channels=("email",)).of_person(REP, "person-astrid", journey=None, step=None, limit=1000)
    held = [line for line in told if line.verdict == "deferred"]
    assert (len(told), len({line.touch for line in held})) == (200, 198)
    assert {(line.reason, line.until) for line in held} == {(Reason.WEEKLY_CAP, NOW + WEEK)}
    assert {check.saw for line in held for check in line.checks if check.rule == "cap"} == {"2 of 2 in the last 7 days"}
    assert len(await every(world, tables.WaitingTouch)) == 198


async def test_when_there_is_room_again_the_highest_priority_goes_first(world: AsyncEngine) -> None:
    """The first to ask yields, and is asked again a quarter of an hour later; by then the other has gone."""
    await with_priorities(world, low=20, high=80)
    free = NOW - MINUTE + WEEK
    for run in ("low", "high"):
        held = await judged(world, run, now=NOW)
        assert held is not None
        assert (held.reason, held.until) == (Reason.WEEKLY_CAP, free)
    yields = await judged(world, "low", now=free, move=2)
    assert yields is not None
    assert (yields.verdict, yields.reason, yields.until) == ("deferred", Reason.OTHERS_FIRST, free + PATIENCE)
    assert await judged(world, "high", now=free + MINUTE, move=2) is None
    again = await judged(world, "low", now=free + PATIENCE, move=3)
    assert again is not None
    assert (again.reason, again.until) == (Reason.WEEKLY_CAP, free + MINUTE + WEEK)
    assert [row.touch_key for row in await every(world, tables.WaitingTouch)] == ["low.follow-up.1"]


async def test_a_newcomer_does_not_overtake_who_waits(world: AsyncEngine) -> None:
    """Of the same priority, who was put off first goes first, though the other asks first."""
    await with_priorities(world, early=50, late=50)
    assert await judged(world, "early", now=NOW) is not None
    held = await judged(world, "late", now=NOW - MINUTE + WEEK)
    assert held is not None
    assert held.reason is Reason.OTHERS_FIRST
    assert await judged(world, "early", now=NOW + WEEK, move=2) is None


@pytest.mark.parametrize(
    "gone",
    [
        "UPDATE enrolment SET status = 'ended' WHERE id = 'high'",
        "UPDATE enrolment SET doing = 'paused' WHERE id = 'high'",
        "DELETE FROM standing WHERE enrolment_id = 'high'",
        "UPDATE standing SET key = 'high.another.1' WHERE enrolment_id = 'high'",
    ],
    ids=["ended", "paused", "given up", "elsewhere"],
)
async def test_what_stands_elsewhere_by_now_has_no_place(world: AsyncEngine, gone: str) -> None:
    """A run that ended, is paused, gave its touch up or was moved holds nobody back, from that moment on."""
    await with_priorities(world, low=20, high=80)
    for run in ("low", "high"):
        await judged(world, run, now=NOW)
    await change(world, gone)
    assert await judged(world, "low", now=NOW - MINUTE + WEEK, move=2) is None


async def test_what_does_not_come_loses_its_place(world: AsyncEngine) -> None:
    """A run whose worker is away holds nobody back for longer than a quarter of an hour, and its row is taken away."""
    await with_priorities(world, low=20, high=80)
    for run in ("low", "high"):
        await judged(world, run, now=NOW)
    free = NOW - MINUTE + WEEK
    assert await judged(world, "low", now=free, move=2) is not None
    assert await judged(world, "low", now=free + PATIENCE, move=3) is None
    assert await every(world, tables.WaitingTouch) == []


async def test_what_is_refused_gives_its_place_up(world: AsyncEngine) -> None:
    """When its time comes and consent is gone, the next one goes."""
    await with_priorities(world, low=20, high=80)
    for run in ("low", "high"):
        await judged(world, run, now=NOW)
    await change(world, "UPDATE content_version SET state = 'withdrawn'")
    refused = await judged(world, "high", now=NOW + WEEK, move=2)
    assert refused is not None
    assert refused.verdict == "refused"
    await change(world, "UPDATE content_version SET state = 'approved'")
    assert await judged(world, "low", now=NOW + WEEK, move=2) is None
