"""Ledger and activity together, on a real PostgreSQL: whatever dies in between, a message goes out once or is called unknown."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import RESERVED, TAKEN_BACK, Handed, Handover, Message
from activities.touches import OFFER_AGAIN, TouchActivities
from journeys.reasons import Reason
from orchestrator.store import tables
from orchestrator.store.engine import make_engine
from orchestrator.store.last_look import StoredLastLook
from tests.activities.fakes import BrokenDownError, FakeChannel, FakeCounts, StoppedClock
from tests.builders import NOW
from tests.orchestrator.store.desk.filling import add, every
from tests.orchestrator.store.sending import a_ledger, a_touch_order, a_withdrawal, change, handed, set_cap, the_touch


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


@dataclass
class FrozenChannel:
    """A worker that freezes as it is about to take its last look, and goes on long after it was given up; what it sends goes to the others' journal."""

    look: StoredLastLook
    journal: list[str] | None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    offered: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> Handed:
        self.reached.set()
        await self.go_on.wait()
        if not await self.look.may_go(message):
            return Handed(result=Handover.DOWN, trouble=TAKEN_BACK)
        self.offered.append(message)
        return Handed(result=Handover.ACCEPTED)

    async def arrived(self, message_id: str) -> bool | None:
        return None if self.journal is None else message_id in self.journal


@pytest.mark.parametrize(("journal", "result", "state"), [([], "sent", "accepted"), (None, "unknown", "unknown")], ids=["can be asked", "cannot be asked"])
async def test_a_worker_that_comes_to_life_again_finds_its_touch_taken_over(world: AsyncEngine, journal: list[str] | None, result: str, state: str) -> None:
    """The orchestrator gave the first attempt up and another worker has settled the touch: the first sends nothing any more, and changes nothing."""
    frozen = FrozenChannel(StoredLastLook(world, StoppedClock()), journal)
    first = asyncio.create_task(TouchActivities(a_ledger(world), {"email": frozen}, StoppedClock(), FakeCounts()).deliver(a_touch_order()))
    await frozen.reached.wait()
    other = FakeChannel(journal=journal)
    assert (await activities(world, other).deliver(a_touch_order())).result == result
    frozen.go_on.set()
    await first
    assert (len(other.offered), frozen.offered) == (0 if journal is None else 1, [])
    assert (await the_touch(world)).state == state


async def test_two_live_attempts_hand_one_message_over(world: AsyncEngine) -> None:
    """The second attempt is in the middle of its conversation when the first comes to life: it is not the latest, so it keeps its message back, and what
    it says of itself does not settle the touch of the other."""
    look = StoredLastLook(world, StoppedClock())
    frozen, slow = FrozenChannel(look, []), FrozenChannel(look, [])
    tasks = []
    for channel in (frozen, slow):
        tasks.append(asyncio.create_task(TouchActivities(a_ledger(world), {"email": channel}, StoppedClock(), FakeCounts()).deliver(a_touch_order())))
        await channel.reached.wait()
    message = handed((await a_ledger(world).reserve(a_touch_order(passage=2, move=2), now=NOW)).message)
    assert message.attempt == 1
    frozen.go_on.set()
    await tasks[0]
    assert (await the_touch(world)).state == RESERVED
    slow.go_on.set()
    assert (await tasks[1]).result == "sent"
    assert (len(frozen.offered), len(slow.offered)) == (0, 1)
    touch = await the_touch(world)
    assert (touch.state, touch.attempt) == ("accepted", 2)


async def test_what_an_attempt_says_too_late_is_believed_where_it_was_taken(world: AsyncEngine) -> None:
    """The provider's yes came after the attempt had been given up as unknown: the ledger knows better now, and a no changes nothing."""
    await set_cap(world, 100)
    ledger = a_ledger(world)
    for passage, late, state in ((1, Handover.ACCEPTED, "accepted"), (2, Handover.DOWN, "unknown"), (3, Handover.REFUSED, "unknown")):
        order = a_touch_order(passage=passage, move=passage)
        await ledger.reserve(order, now=NOW)
        await ledger.settle(order.touch.key, Handed(result=Handover.UNKNOWN), now=NOW)
        await ledger.settle(order.touch.key, Handed(result=late, provider_id="p-1"), now=NOW + timedelta(minutes=1), attempt=1)
        touch = await the_touch(world, order.touch.key)
        assert (touch.state, touch.ask_at is None) == (state, state == "accepted")
        assert touch.provider_id == ("p-1" if state == "accepted" else None)


async def test_what_cannot_be_looked_up_does_not_go(world: AsyncEngine) -> None:
    """The database is away at the last look: nothing was offered, which is certain, so the touch is put off and not in doubt."""
    away = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    channel = FrozenChannel(StoredLastLook(away, StoppedClock()), None)
    channel.go_on.set()
    settled = await TouchActivities(a_ledger(world), {"email": channel}, StoppedClock(), FakeCounts()).deliver(a_touch_order())
    assert (settled.result, channel.offered, (await the_touch(world)).state) == ("deferred", [], "deferred")
    await away.dispose()
