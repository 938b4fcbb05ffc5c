"""Ledger and activity together, on a real PostgreSQL: whatever dies in between, a message goes out once or is called unknown."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import RESERVED, Handover
from activities.touches import OFFER_AGAIN, TouchActivities
from journeys.reasons import Reason
from orchestrator.store import tables
from tests.activities.fakes import BrokenDownError, FakeChannel, FakeCounts, StoppedClock
from tests.builders import NOW
from tests.orchestrator.store.desk.filling import add, every
from tests.orchestrator.store.sending import a_ledger, a_touch_order, a_withdrawal, change, set_cap, the_touch


def activities(engine: AsyncEngine, channel: FakeChannel) -> TouchActivities:
    return TouchActivities(a_ledger(engine), {"email": channel}, StoppedClock(), FakeCounts())


async def _die_while_sending(world: AsyncEngine, channel: FakeChannel) -> None:
    channel.dies = True
    with pytest.raises(BrokenDownError):
        await activities(world, channel).deliver(a_touch_order())
    channel.dies = False
    assert (await the_touch(world)).state == RESERVED


@dataclass
class LosingChannel(FakeChannel):
    """Its journal loses what arrives while it dies: a provider that fell over before it took the message."""

    async def arrived(self, message_id: str) -> bool | None:
        return len(self.offered) > 1


async def test_a_crash_after_the_provider_accepted_sends_nothing_twice(world: AsyncEngine) -> None:
    """The journal holds the message of the dead attempt, so the next one settles it as sent."""
    channel = FakeChannel(journal=[])
    await _die_while_sending(world, channel)
    settled = await activities(world, channel).deliver(a_touch_order())
    assert (settled.result, len(channel.offered)) == ("sent", 1)
    assert (await the_touch(world)).state == "accepted"


async def test_a_crash_before_the_provider_accepted_loses_nothing(world: AsyncEngine) -> None:
    """The journal does not hold it, so it goes out now, and once however often the order comes."""
    channel = LosingChannel()
    await _die_while_sending(world, channel)
    results = [(await activities(world, channel).deliver(a_touch_order())).result for _ in range(3)]
    assert (results, len(channel.offered)) == (["sent"] * 3, 2)
    assert len({message.message_id for message in channel.offered}) == 1


async def test_a_crash_that_nobody_can_look_into_is_unknown_for_ever(world: AsyncEngine) -> None:
    """Without a journal the message is never offered again, and counts as a touch."""
    channel = FakeChannel(journal=None)
    await _die_while_sending(world, channel)
    results = [(await activities(world, channel).deliver(a_touch_order())).result for _ in range(3)]
    assert (results, len(channel.offered)) == (["unknown"] * 3, 1)
    assert (await the_touch(world)).state == "unknown"


async def test_a_dead_attempt_is_released_when_consent_went(world: AsyncEngine) -> None:
    """Nothing had arrived and nothing may go out any more: the touch is blocked, and no longer counts against the cap."""
    await set_cap(world, 1)
    channel = LosingChannel()
    await _die_while_sending(world, channel)
    channel.offered.clear()
    await add(world, a_withdrawal())
    settled = await activities(world, channel).deliver(a_touch_order())
    assert (settled.result, settled.reason, channel.offered) == ("refused", Reason.CONSENT_WITHDRAWN, [])
    touch = await the_touch(world)
    assert (touch.state, touch.settled_at) == ("deferred", NOW)


async def test_an_order_repeated_after_its_result_was_lost_gives_the_same_answer(world: AsyncEngine) -> None:
    """The activity was done, its worker died before it could say so: the repetition reports the result and sends nothing."""
    channel = FakeChannel()
    results = [await activities(world, channel).deliver(a_touch_order()) for _ in range(3)]
    assert [settled.result for settled in results] == ["sent"] * 3
    assert len(channel.offered) == 1


async def test_a_channel_that_was_down_is_offered_the_touch_again(world: AsyncEngine) -> None:
    """While it rests it does not count; then it goes out under the same Message-ID."""
    down, up = FakeChannel(Handover.DOWN), FakeChannel()
    first = await activities(world, down).deliver(a_touch_order())
    assert (first.result, first.until) == ("deferred", NOW + OFFER_AGAIN)
    second = await activities(world, up).deliver(a_touch_order(move=2))
    assert second.result == "sent"
    assert up.offered[0].message_id == down.offered[0].message_id
    assert (await the_touch(world)).attempt == 2


async def test_content_that_expires_between_enrolment_and_sending_stops_the_touch(world: AsyncEngine) -> None:
    """An approval that ends this very minute lets nothing out, and the run hears the reason."""
    await change(world, "UPDATE content_version SET expires = :now", now=NOW)
    channel = FakeChannel()
    settled = await activities(world, channel).deliver(a_touch_order())
    assert (settled.result, settled.reason, channel.offered) == ("refused", Reason.CONTENT_EXPIRED, [])
    await change(world, "UPDATE content_version SET expires = :later", later=NOW + timedelta(minutes=1))
    assert (await activities(world, channel).deliver(a_touch_order(move=2))).result == "sent"


async def test_the_ledger_and_the_provider_agree_under_load(world: AsyncEngine) -> None:
    """Orders that come five times at once send at most once each: a twin finds the other's intent and, unable to ask, calls it unknown."""
    await set_cap(world, 100)
    channel = FakeChannel()
    touching = activities(world, channel)
    orders = [a_touch_order(passage=passage, move=passage) for passage in range(1, 6)] * 5
    results = await asyncio.gather(*(touching.deliver(order) for order in orders))
    assert {settled.result for settled in results} <= {"sent", "unknown"}
    assert sorted(message.key for message in channel.offered) == sorted({order.touch.key for order in orders})
    assert {touch.state for touch in await every(world, tables.Touch)} <= {"accepted", "unknown"}
