"""What keeps one channel from slowing the others: the breaker, the pace, and the number of conversations; by a clock of the test's own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from activities.ports import CHANNEL_SLOW, TAKEN_BACK, Handed, Handover, Message
from orchestrator.channels.breaker import Breaker, Patience
from orchestrator.channels.guarded import RESTING, GuardedChannel
from orchestrator.channels.pace import Pace
from tests.activities.orders import a_message

ACCEPTED, DOWN, UNKNOWN = (Handed(result=result) for result in (Handover.ACCEPTED, Handover.DOWN, Handover.UNKNOWN))
REFUSED = Handed(result=Handover.REFUSED)


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Provider:
    """Answers as it is told, the last for ever; while its door is shut, every conversation hangs."""

    answers: Sequence[Handed | type[BaseException]] = (ACCEPTED,)
    offered: int = 0
    most: int = 0
    talking: int = 0
    door: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.door.set()

    async def send(self, message: Message) -> Handed:
        answer = self.answers[min(self.offered, len(self.answers) - 1)]
        self.offered += 1
        self.talking += 1
        self.most = max(self.most, self.talking)
        try:
            await asyncio.sleep(0)
            await self.door.wait()
        finally:
            self.talking -= 1
        if isinstance(answer, Handed):
            return answer
        raise answer

    async def arrived(self, message_id: str) -> bool | None:
        return message_id == "<there@mail.example>"


def guarded(provider: Provider, clock: Clock, **bounds: Any) -> GuardedChannel:
    """The provider behind small bounds: two conversations, and a rest after three troubles."""
    told: dict[str, Any] = {"per_second": None, "at_once": 2, "patience": 2.0, **bounds}
    breaker = Breaker(Patience(after=3, rest=30, longest=100), now=clock)
    pace = Pace(told["per_second"], patience=told["patience"], now=clock)
    return GuardedChannel("email", provider, breaker=breaker, pace=pace, at_once=told["at_once"], longest=20, now=clock)


async def sent(channel: GuardedChannel, times: int = 1) -> list[Handed]:
    return [await channel.send(a_message()) for _ in range(times)]


@pytest.mark.parametrize("trouble", [DOWN, UNKNOWN])
async def test_who_is_in_trouble_again_and_again_is_left_alone(trouble: Handed) -> None:
    """After three in a row nothing more is offered for a while, so that an outage leaves three messages in doubt and not a thousand; an operator is told."""
    provider, clock = Provider([trouble]), Clock()
    channel = guarded(provider, clock)
    with capture_logs() as lines:
        handed = await sent(channel, 5)
    assert provider.offered == 3
    assert [each.trouble for each in handed[3:]] == [RESTING, RESTING]
    assert {each.retry_after for each in handed[3:]} == {timedelta(seconds=30)}
    assert [(line["channel"], line["doing"]) for line in lines] == [("email", "resting")]


async def test_after_a_rest_one_message_tries_and_the_next_rest_is_longer() -> None:
    """A provider that is still in trouble meets one message for each rest; one that is well again gets them all."""
    provider, clock = Provider([DOWN, DOWN, DOWN, DOWN, ACCEPTED]), Clock()
    channel = guarded(provider, clock)
    await sent(channel, 3)
    clock.seconds += 30
    await sent(channel, 2)
    assert provider.offered == 4
    clock.seconds += 59
    assert (await sent(channel))[0].trouble == RESTING
    clock.seconds += 1
    assert [each.result for each in await sent(channel, 3)] == [Handover.ACCEPTED] * 3


async def test_while_one_tries_the_others_wait() -> None:
    """Two workers' worth of messages do not try at the same time."""
    provider, clock = Provider([DOWN, DOWN, DOWN, ACCEPTED]), Clock()
    channel = guarded(provider, clock)
    await sent(channel, 3)
    clock.seconds += 30
    provider.door.clear()
    trying = asyncio.create_task(channel.send(a_message()))
    while provider.talking == 0:
        await asyncio.sleep(0)
    assert (await sent(channel))[0].trouble == RESTING
    provider.door.set()
    assert (await trying).result is Handover.ACCEPTED


async def test_what_is_about_the_message_is_no_trouble() -> None:
    """Addresses that do not exist say nothing about the provider, and a message that is taken makes it well."""
    provider = Provider([DOWN, DOWN, REFUSED, DOWN, DOWN, ACCEPTED, DOWN, DOWN, REFUSED])
    await sent(guarded(provider, Clock()), 12)
    assert provider.offered == 12


async def test_a_provider_that_asks_to_be_left_alone_is() -> None:
    """One answer is enough, and for as long as it says; that is no outage, so all may come again then."""
    provider, clock = Provider([Handed(result=Handover.DOWN, retry_after=timedelta(seconds=90)), ACCEPTED]), Clock()
    channel = guarded(provider, clock)
    await sent(channel)
    clock.seconds += 60
    (waiting,) = await sent(channel)
    assert (waiting.trouble, waiting.retry_after) == (RESTING, timedelta(seconds=30))
    clock.seconds += 30
    assert [each.result for each in await sent(channel, 2)] == [Handover.ACCEPTED] * 2


async def test_who_throttles_and_wants_no_rest_gets_one() -> None:
    """Nought seconds is no wish: again and again, it is a trouble like any other."""
    provider = Provider([Handed(result=Handover.DOWN, retry_after=timedelta())])
    assert [each.trouble for each in await sent(guarded(provider, Clock()), 5)] == [None] * 3 + [RESTING] * 2
    assert provider.offered == 3


async def test_what_was_taken_back_tells_nothing_of_the_provider() -> None:
    """The one message that was to try is kept back at the last look: the provider is as it was, and the next message is the only one that tries."""
    provider, clock = Provider([DOWN, DOWN, DOWN, Handed(result=Handover.DOWN, trouble=TAKEN_BACK), DOWN, ACCEPTED]), Clock()
    channel = guarded(provider, clock)
    await sent(channel, 3)
    clock.seconds += 30
    assert [each.trouble for each in await sent(channel, 3)] == [TAKEN_BACK, None, RESTING]
    assert provider.offered == 5


async def test_a_conversation_that_is_cut_short_counts() -> None:
    """A worker that gives up an attempt does not leave the breaker waiting for its end."""
    provider, clock = Provider([asyncio.CancelledError] * 3 + [ACCEPTED]), Clock()
    channel = guarded(provider, clock)
    for _ in range(3):
        with pytest.raises(asyncio.CancelledError):
            await channel.send(a_message())
    assert (await sent(channel))[0].trouble == RESTING
    clock.seconds += 30
    assert [each.result for each in await sent(channel, 2)] == [Handover.ACCEPTED] * 2


async def test_a_provider_that_hangs_takes_its_own_places_alone() -> None:
    """Two conversations hang; whoever comes after the moment in which they might have ended is sent away at once, and holds no place of the worker."""
    provider, clock = Provider(), Clock()
    channel = guarded(provider, clock)
    provider.door.clear()
    hanging = [asyncio.create_task(channel.send(a_message())) for _ in range(2)]
    while provider.talking < 2:
        await asyncio.sleep(0)
    clock.seconds += 3
    assert [(each.trouble, each.retry_after) for each in await sent(channel, 50)] == [(CHANNEL_SLOW, timedelta(seconds=20))] * 50
    provider.door.set()
    assert [each.result for each in await asyncio.gather(*hanging)] == [Handover.ACCEPTED] * 2
    assert (await sent(channel))[0].result is Handover.ACCEPTED


async def test_who_comes_in_a_crowd_waits_for_a_place() -> None:
    """While conversations come to an end nobody is sent away: two at a time, all are taken."""
    provider = Provider()
    channel = guarded(provider, Clock())
    handed = await asyncio.gather(*(channel.send(a_message()) for _ in range(40)))
    assert [each.result for each in handed] == [Handover.ACCEPTED] * 40
    assert (provider.offered, provider.most) == (40, 2)


@dataclass
class Look:
    """A last look that says no once it is told to."""

    wanted: bool = True
    looked: int = 0

    async def may_go(self, message: Message) -> bool:
        self.looked += 1
        return self.wanted


async def test_what_was_taken_back_while_it_waited_for_its_place_is_not_offered() -> None:
    """The last look comes after the wait for a place and for a turn, just before the message is offered, with every kind of provider."""
    provider, look = Provider(), Look()
    channel = GuardedChannel("email", provider, breaker=Breaker(), pace=Pace(None), at_once=1, longest=20, last_look=look)
    provider.door.clear()
    first = asyncio.create_task(channel.send(a_message()))
    while provider.talking == 0:
        await asyncio.sleep(0)
    second = asyncio.create_task(channel.send(a_message()))
    await asyncio.sleep(0)
    look.wanted = False
    provider.door.set()
    assert (await first).result is Handover.ACCEPTED
    handed = await second
    assert (handed.result, handed.trouble, provider.offered, look.looked) == (Handover.DOWN, TAKEN_BACK, 1, 2)


async def test_a_rate_is_kept_and_who_would_wait_long_comes_back_one_by_one() -> None:
    """Of ten that come at once at one in two seconds, the first is offered; the others are told to come back, two seconds apart."""
    provider, clock = Provider(), Clock()
    channel = guarded(provider, clock, per_second=0.5, patience=0.0)
    handed = await sent(channel, 10)
    assert provider.offered == 1
    assert [each.retry_after for each in handed[1:]] == [timedelta(seconds=4 + 2 * turn) for turn in range(9)]
    assert {each.trouble for each in handed[1:]} == {CHANNEL_SLOW}
    clock.seconds += 2
    assert (await sent(channel))[0].result is Handover.ACCEPTED


def test_a_turn_is_waited_for_as_long_as_a_moment() -> None:
    """At two in a second, the fifth of those who come at once has to wait two seconds, and the sixth is sent away."""
    pace = Pace(2, patience=2.0, now=Clock())
    turns = [pace.turn() for _ in range(6)]
    assert [turn.wait for turn in turns[:5]] == [0, 0.5, 1, 1.5, 2]
    assert [turn.mine for turn in turns] == [True] * 5 + [False]


def test_without_a_rate_nobody_waits() -> None:
    """As many as come."""
    pace = Pace(None, now=Clock())
    assert {(turn.mine, turn.wait) for turn in (pace.turn() for _ in range(1000))} == {(True, 0.0)}


async def test_whether_something_arrived_is_asked_behind_the_bounds() -> None:
    """The provider knows."""
    channel = guarded(Provider(), Clock())
    assert [await channel.arrived(f"<{name}@mail.example>") for name in ("there", "gone")] == [True, False]
