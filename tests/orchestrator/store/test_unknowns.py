"""Touches of which nobody knows whether they went out, on a real PostgreSQL: asked about, settled once, alarmed of, and never sent again."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import Handover
from activities.touches import TouchActivities
from orchestrator.reconciling import Reconciler
from orchestrator.store import tables
from orchestrator.store.unknowns import SURE, UP_TO, StoredUnknowns
from tests.activities.fakes import BrokenDownError, FakeChannel, FakeCounts, StoppedClock
from tests.builders import NOW
from tests.orchestrator.counting import Counted, counting
from tests.orchestrator.store.desk.filling import TOUCH, every
from tests.orchestrator.store.sending import a_ledger, a_touch_order, change, the_touch

MINUTE = timedelta(minutes=1)


async def _nobody_knows(world: AsyncEngine) -> None:
    """The conversation about the e-mail of Astrid's run broke after its text was begun."""
    await TouchActivities(a_ledger(world), {"email": FakeChannel(Handover.UNKNOWN)}, StoppedClock(), FakeCounts()).deliver(a_touch_order())


def _reconciler(world: AsyncEngine, channel: FakeChannel, at: datetime) -> Reconciler:
    """One whose clock shows that time."""
    return Reconciler(StoredUnknowns(world), {"email": channel}, StoppedClock(at))


async def test_a_provider_that_has_it_settles_it(world: AsyncEngine) -> None:
    """Asked a minute later, it says that the message arrived: accepted, with how it was learnt, and nothing is offered."""
    await _nobody_knows(world)
    channel = FakeChannel(journal=[(await the_touch(world)).message_id or ""])
    assert await _reconciler(world, channel, NOW).look() == 0
    assert await _reconciler(world, channel, NOW + MINUTE).look() == 1
    last = max(await every(world, tables.LedgerEntry), key=lambda entry: entry.id or 0)
    assert ((await the_touch(world)).state, last.source, last.trouble, channel.offered) == (Handover.ACCEPTED, "provider", "asked", [])


async def test_a_provider_that_never_heard_of_it_is_believed_after_a_while(world: AsyncEngine) -> None:
    """Its books may lag behind, so the first no counts for nothing; the later one says that nothing went out, which is counted. It is not sent again."""
    await _nobody_knows(world)
    channel, counts = FakeChannel(journal=[]), Counted()
    await _reconciler(world, channel, NOW + MINUTE).look()
    assert (await the_touch(world)).state == Handover.UNKNOWN
    with counting(counts):
        await _reconciler(world, channel, NOW + SURE).look()
    touch = await the_touch(world)
    assert (touch.state, touch.reason, touch.ask_at, channel.offered) == (Handover.REFUSED, "not_sent", None, [])
    assert counts == {("touch_refused", "not_sent"): 1}
    again = TouchActivities(a_ledger(world), {"email": channel}, StoppedClock(), FakeCounts())
    assert ((await again.deliver(a_touch_order())).result, channel.offered) == ("unknown", [])


async def test_who_does_not_answer_is_asked_less_and_less_and_in_the_end_no_more(world: AsyncEngine) -> None:
    """The rests grow up to six hours, and after three days it is an operator's matter."""
    await _nobody_knows(world)
    rests, counts = [], Counted()
    with counting(counts):
        while (ask_at := (await the_touch(world)).ask_at) is not None:
            rests.append(ask_at)
            await _reconciler(world, FakeChannel(journal=None), ask_at).look()
    apart = [later - earlier for earlier, later in pairwise(rests)]
    assert apart == sorted(apart)
    assert (apart[0], apart[-1], rests[-1] <= NOW + UP_TO) == (2 * MINUTE, timedelta(hours=6), True)
    assert (counts["question", "given_up"], (await the_touch(world)).state) == (1, Handover.UNKNOWN)


async def test_a_provider_that_breaks_down_is_asked_again(world: AsyncEngine) -> None:
    """Its trouble keeps nobody else from being asked."""

    class Broken(FakeChannel):
        async def arrived(self, message_id: str) -> bool | None:
            raise BrokenDownError(message_id)

    await _nobody_knows(world)
    await _reconciler(world, Broken(), NOW + MINUTE).look()
    touch = await the_touch(world)
    assert (touch.state, touch.asked, touch.ask_at) == (Handover.UNKNOWN, 1, NOW + 3 * MINUTE)


async def test_what_is_unknown_for_long_raises_one_alarm_until_it_is_known(world: AsyncEngine) -> None:
    """Once, whoever looks; what is learnt clears it."""
    await _nobody_knows(world)
    unknowns = StoredUnknowns(world)
    looks = [await unknowns.alarm_of_unknowns(before=NOW + after, now=NOW + after) for after in (timedelta(), MINUTE, 2 * MINUTE)]
    assert looks == [(), (TOUCH,), ()]
    await unknowns.learnt(TOUCH, arrived=True, now=NOW)
    assert (await the_touch(world)).alarm is None


@pytest.mark.parametrize("wrong", ["UPDATE touch SET state = 'refused'", "UPDATE touch SET state = 'deferred', settled_at = now()"])
async def test_a_touch_that_stands_otherwise_than_it_is_booked_is_found(world: AsyncEngine, wrong: str) -> None:
    """Whoever changes the balance without a booking is noticed; when the books agree again the alarm goes."""
    await _nobody_knows(world)
    unknowns = StoredUnknowns(world)
    assert await unknowns.balance(after="", now=NOW) == ((), "")
    await change(world, wrong)
    assert [await unknowns.balance(after="", now=NOW) for _ in range(2)] == [((TOUCH,), ""), ((), "")]
    assert (await the_touch(world)).alarm == "unbalanced"
    await change(world, "UPDATE touch SET state = 'unknown'")
    await unknowns.balance(after="", now=NOW)
    assert (await the_touch(world)).alarm is None


async def test_a_touch_that_nobody_will_settle_any_more_is_shown(world: AsyncEngine) -> None:
    """Its worker died, and its run was ended by force, so that no attempt follows: it does not stay reserved for ever, unseen and under the cap."""
    with pytest.raises(BrokenDownError):
        await TouchActivities(a_ledger(world), {"email": FakeChannel(dies=True)}, StoppedClock(), FakeCounts()).deliver(a_touch_order())
    unknowns, counts = StoredUnknowns(world), Counted()
    with counting(counts):
        gone = [await unknowns.give_up(before=NOW + after, now=NOW + after) for after in (timedelta(), MINUTE, 2 * MINUTE)]
    touch = await the_touch(world)
    assert (gone, counts) == ([(), (TOUCH,), ()], {("touch_unknown", "abandoned"): 1})
    assert (touch.state, touch.settled_at, touch.ask_at) == (Handover.UNKNOWN, NOW + MINUTE, NOW + 2 * MINUTE)
    assert await unknowns.balance(after="", now=NOW) == ((), "")
    assert (await TouchActivities(a_ledger(world), {"email": FakeChannel()}, StoppedClock(), FakeCounts()).deliver(a_touch_order())).result == "unknown"
