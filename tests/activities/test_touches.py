"""The activity that lets something out of the house: what each answer of ledger and channel means for the run, and that nothing is offered twice."""

from datetime import timedelta
from typing import Literal

import pytest
from structlog.testing import capture_logs

from activities.ports import CHANNEL_SLOW, RESERVED, TAKEN_BACK, Handed, Handover, Message, Reservation
from activities.touches import AT_LEAST, OFFER_AGAIN, TouchActivities
from journeys.definitions import Route
from journeys.events import Settled
from journeys.policy import Verdict
from journeys.reasons import Reason
from tests.activities.fakes import BrokenDownError, FakeChannel, FakeCounts, FakeLedger, StoppedClock
from tests.activities.orders import KEY, MESSAGE_ID, a_message, a_touch_order
from tests.builders import NOW

REFUSED = Verdict(verdict="refused", reason=Reason.CONSENT_WITHDRAWN)
DEFERRED = Verdict(verdict="deferred", reason=Reason.WEEKLY_CAP, until=NOW + timedelta(days=3))


async def deliver(ledger: FakeLedger, channel: FakeChannel) -> Settled:
    return await TouchActivities(ledger, {"email": channel}, StoppedClock(), FakeCounts()).deliver(a_touch_order())


@pytest.mark.parametrize(
    ("answer", "settled"),
    [
        (Handover.ACCEPTED, Settled(key=KEY, result="sent")),
        (Handover.REFUSED, Settled(key=KEY, result="refused", reason=Reason.CHANNEL_REFUSED)),
        (Handover.DOWN, Settled(key=KEY, result="deferred", reason=Reason.CHANNEL_DOWN, until=NOW + OFFER_AGAIN)),
        (Handover.UNKNOWN, Settled(key=KEY, result="unknown")),
    ],
)
async def test_each_answer_of_the_channel_is_settled_and_reported(answer: Handover, settled: Settled) -> None:
    """The message is offered once, the ledger keeps what the channel said, and the run hears it in its own words."""
    ledger, channel = FakeLedger(Reservation(message=a_message())), FakeChannel(answer)
    assert await deliver(ledger, channel) == settled
    assert channel.offered == [a_message()]
    assert ledger.settled == [(KEY, answer, NOW)]
    assert ledger.orders == [(a_touch_order(), NOW)]


async def test_what_was_taken_back_at_the_last_look_is_put_to_the_gate_again() -> None:
    """Nothing went out, so the intent counts no more; the run hears the gate's own reason, and where the gate lets it out again, it is offered later."""
    for blocked, settled in (
        (REFUSED, Settled(key=KEY, result="refused", reason=Reason.CONSENT_WITHDRAWN)),
        (None, Settled(key=KEY, result="deferred", reason=Reason.CHANNEL_DOWN, until=NOW + OFFER_AGAIN)),
    ):
        message = a_message()
        ledger = FakeLedger(Reservation(message=message), later=Reservation(blocked=blocked) if blocked else None)
        channel = FakeChannel(Handover.DOWN, trouble=TAKEN_BACK)
        assert await deliver(ledger, channel) == settled
        assert (channel.offered, len(ledger.orders)) == ([message], 2)
        assert {handover for _, handover, _ in ledger.settled} == {Handover.DOWN}


async def test_a_channel_that_says_when_to_come_back_is_offered_the_message_then() -> None:
    """What the provider asks for, such as by Retry-After, is heeded: neither sooner nor later."""
    channel = FakeChannel(Handover.DOWN, retry_after=timedelta(seconds=40))
    settled = await deliver(FakeLedger(Reservation(message=a_message())), channel)
    assert settled.until == StoppedClock().later(timedelta(seconds=40)) != NOW + OFFER_AGAIN


async def test_at_once_is_no_time_to_come_back() -> None:
    """A provider that throttles and says nought seconds, or a moment that is past, is not asked again and again without a rest."""
    channel = FakeChannel(Handover.DOWN, retry_after=timedelta())
    settled = await deliver(FakeLedger(Reservation(message=a_message())), channel)
    assert settled.until == NOW + AT_LEAST


@pytest.mark.parametrize(
    ("verdict", "settled"),
    [
        (REFUSED, Settled(key=KEY, result="refused", reason=Reason.CONSENT_WITHDRAWN)),
        (DEFERRED, Settled(key=KEY, result="deferred", reason=Reason.WEEKLY_CAP, until=DEFERRED.until)),
    ],
)
async def test_what_the_gate_blocks_never_reaches_the_channel(verdict: Verdict, settled: Settled) -> None:
    """A refusal and a deferral are results with their reasons; there is nothing to settle, because nothing was reserved."""
    ledger, channel = FakeLedger(Reservation(blocked=verdict)), FakeChannel()
    assert await deliver(ledger, channel) == settled
    assert (channel.offered, ledger.settled) == ([], [])


@pytest.mark.parametrize(("earlier", "result"), [(Handover.ACCEPTED, "sent"), (Handover.UNKNOWN, "unknown")])
async def test_a_result_that_stands_is_reported_again(earlier: Handover, result: str) -> None:
    """An attempt after the one that was settled sends nothing."""
    channel = FakeChannel()
    settled = await deliver(FakeLedger(Reservation(earlier=earlier)), channel)
    assert (settled.result, channel.offered) == (result, [])


@pytest.mark.parametrize(
    ("journal", "result", "handover", "offers"),
    [
        ([MESSAGE_ID], "sent", Handover.ACCEPTED, 0),
        ([], "sent", Handover.ACCEPTED, 1),
        (None, "unknown", Handover.UNKNOWN, 0),
    ],
    ids=["arrived", "did not arrive", "cannot be asked"],
)
async def test_failure_3_what_became_of_a_dead_attempt_is_asked_of_the_channel(journal: list[str] | None, result: str, handover: Handover, offers: int) -> None:
    """What arrived is sent, what did not is sent now, and what nobody knows is never sent again."""
    ledger = FakeLedger(Reservation(earlier=RESERVED, message=a_message(), message_id=MESSAGE_ID))
    channel = FakeChannel(journal=journal)
    assert (await deliver(ledger, channel)).result == result
    assert len(channel.offered) == offers
    assert ledger.settled == [(KEY, handover, NOW)]


@pytest.mark.parametrize(
    ("journal", "result", "handover"),
    [
        ([], "refused", Handover.DOWN),
        ([MESSAGE_ID], "sent", Handover.ACCEPTED),
        (None, "unknown", Handover.UNKNOWN),
    ],
    ids=["did not arrive", "arrived", "cannot be asked"],
)
async def test_a_dead_attempt_that_may_not_be_repeated_is_released(journal: list[str] | None, result: str, handover: Handover) -> None:
    """When the gate closed meanwhile, an intent of which nothing went out is settled as not taken, so that it does not count as a touch."""
    ledger = FakeLedger(Reservation(earlier=RESERVED, blocked=REFUSED, message_id=MESSAGE_ID))
    channel = FakeChannel(journal=journal)
    settled = await deliver(ledger, channel)
    assert (settled.result, channel.offered) == (result, [])
    assert ledger.settled == [(KEY, handover, NOW)]
    assert settled.reason == (Reason.CONSENT_WITHDRAWN if result == "refused" else None)


async def test_a_channel_that_breaks_down_leaves_the_intent() -> None:
    """Nothing is settled that is not known: the next attempt finds the touch reserved."""
    ledger = FakeLedger(Reservation(message=a_message()))
    with pytest.raises(BrokenDownError):
        await deliver(ledger, FakeChannel(dies=True))
    assert ledger.settled == []


async def test_the_log_knows_the_touch_and_nobody_else() -> None:
    """One line for each touch, with its key, result and reason; no address, no name, no text."""
    message: Message = a_message()
    with capture_logs() as lines:
        await deliver(FakeLedger(Reservation(message=message)), FakeChannel(Handover.DOWN))
    (line,) = lines
    assert (line["key"], line["result"], line["reason"]) == (KEY, "deferred", Reason.CHANNEL_DOWN)
    assert "astrid" not in str(lines)
    assert "Lindqvist" not in str(lines)


@pytest.mark.parametrize(
    ("reservation", "result"),
    [(Reservation(message=a_message()), "deferred"), (Reservation(earlier=RESERVED, message=a_message(), message_id=MESSAGE_ID), "unknown")],
    ids=["not offered yet", "perhaps offered by another worker"],
)
async def test_a_worker_without_the_channel_sends_nothing(reservation: Reservation, result: str) -> None:
    """Nothing goes by another channel instead; what may have been handed over before is never called unsent."""
    other = FakeChannel()
    settled = await TouchActivities(FakeLedger(reservation), {"sms": other}, StoppedClock(), FakeCounts()).deliver(a_touch_order())
    assert (settled.result, other.offered) == (result, [])


async def test_what_fell_back_is_handed_to_the_channel_that_the_ledger_chose() -> None:
    """And the run is told by which it went."""
    mail, text = FakeChannel(), FakeChannel()
    order = a_touch_order()
    order = order.model_copy(update={"touch": order.touch.model_copy(update={"instead": (Route(channel="sms", content=order.touch.content),)})})
    ledger = FakeLedger(Reservation(message=a_message(), channel="sms"))
    settled = await TouchActivities(ledger, {"email": mail, "sms": text}, StoppedClock(), FakeCounts()).deliver(order)
    assert (settled.result, settled.channel, mail.offered, text.offered) == ("sent", "sms", [], [a_message()])


@pytest.mark.parametrize("verdict", ["refused", "deferred"])
@pytest.mark.parametrize("reason", Reason)
async def test_whatever_the_gate_says_no_with_is_counted_by_that_reason(reason: Reason, verdict: Literal["refused", "deferred"]) -> None:
    """No reason code is without its counter, the ones that the gate learns next year included."""
    counts = FakeCounts()
    blocked = Verdict(verdict=verdict, reason=reason, until=NOW)
    await TouchActivities(FakeLedger(Reservation(blocked=blocked)), {"email": FakeChannel()}, StoppedClock(), counts).deliver(a_touch_order())
    assert counts.dropped_ == [(f"touch_{verdict}", reason)]


@pytest.mark.parametrize("answer", Handover)
async def test_whatever_the_channel_says_but_yes_is_counted(answer: Handover) -> None:
    """Refused for good, not reachable, or no answer at all."""
    counts = FakeCounts()
    await TouchActivities(FakeLedger(Reservation(message=a_message())), {"email": FakeChannel(answer)}, StoppedClock(), counts).deliver(a_touch_order())
    told = {
        Handover.ACCEPTED: [],
        Handover.REFUSED: [("touch_refused", "channel_refused")],
        Handover.DOWN: [("touch_deferred", "channel_down")],
        Handover.UNKNOWN: [("touch_unknown", "no_answer")],
    }
    assert counts.dropped_ == told[answer]


async def test_a_channel_that_has_enough_to_do_is_not_called_down() -> None:
    """Who looks for an outage finds no touches that only wait for their turn."""

    class Busy(FakeChannel):
        async def send(self, message: Message) -> Handed:
            return Handed(result=Handover.DOWN, trouble=CHANNEL_SLOW, retry_after=timedelta(seconds=5))

    settled = await deliver(FakeLedger(Reservation(message=a_message())), Busy())
    assert (settled.result, settled.reason, settled.until) == ("deferred", Reason.CHANNEL_SLOW, NOW + timedelta(seconds=5))
