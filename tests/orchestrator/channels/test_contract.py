"""The contract of channels: every adapter, against a server that speaks its provider's wire format, in every way that a conversation can go."""

import asyncio
import contextlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from activities.ports import Handed, Handover
from activities.touches import TouchActivities
from journeys.events import Settled
from tests.activities.fakes import BrokenDownError, FakeCounts, StoppedClock
from tests.activities.orders import a_touch_order
from tests.orchestrator.channels.contract import SLOW, SUBJECTS, MemoryLedger, OverHttp, Subject, a_subject
from tests.orchestrator.channels.offices import WAIT, Manner

_TOLD = {
    Manner.TAKES: Handover.ACCEPTED,
    Manner.THROTTLES: Handover.DOWN,
    Manner.UNAVAILABLE: Handover.DOWN,
    Manner.REFUSES: Handover.REFUSED,
    Manner.LOCKED: Handover.DOWN,
    Manner.SENDS_ON: Handover.DOWN,
    Manner.BREAKS: Handover.UNKNOWN,
    Manner.BREAKS_AFTER: Handover.UNKNOWN,
    Manner.SILENT: Handover.UNKNOWN,
    Manner.HALF_CLOSED: Handover.UNKNOWN,
    Manner.GARBAGE: Handover.UNKNOWN,
    Manner.DRIBBLES: Handover.UNKNOWN,
    Manner.TRUNCATED: Handover.UNKNOWN,
    Manner.ABSENT: Handover.DOWN,
    Manner.HEADLESS: Handover.UNKNOWN,
}
"""By the manner of the provider, for most."""

_OTHERWISE = {
    ("smtp", Manner.BREAKS): Handover.DOWN,  # it breaks down before the text
    ("smtp", Manner.HEADLESS): Handover.DOWN,
    ("gateway", Manner.BREAKS): Handover.DOWN,
    ("gateway", Manner.HEADLESS): Handover.DOWN,
    ("webhook", Manner.BREAKS): Handover.DOWN,  # by its contract, a 500 says that it was not taken
    ("webhook", Manner.GARBAGE): Handover.ACCEPTED,  # and a 2xx that it was
    ("webhook", Manner.TRUNCATED): Handover.ACCEPTED,
    ("webhook", Manner.DRIBBLES): Handover.ACCEPTED,
    ("sendgrid", Manner.DRIBBLES): Handover.ACCEPTED,  # a 202 says it all
}
_NOT_BY_CONTRACT = {("webhook", Manner.BREAKS_AFTER)}
"""What a company's own system must not do."""

CASES = [(subject, manner) for subject in SUBJECTS for manner in Manner if (subject, manner) not in _NOT_BY_CONTRACT]


async def offered(subject: Subject, manner: Manner) -> Handed:
    """What becomes of one offer."""
    subject.manner = manner
    async with subject.channel() as channel:
        return await channel.send(subject.message)


async def delivered(subject: Subject, manner: Manner, ledger: MemoryLedger) -> Settled:
    """What the activity makes of it, with the real order of intent, offer and result."""
    subject.manner = manner
    async with subject.channel() as channel:
        return await TouchActivities(ledger, {"email": channel}, StoppedClock(), FakeCounts()).deliver(a_touch_order())


@pytest.mark.parametrize(("name", "manner"), CASES)
async def test_every_end_of_a_conversation_is_told_as_what_it_is(name: str, manner: Manner) -> None:
    """Accepted says that it was taken, refused and down that it was not; all else is unknown. The log names codes, and no recipient."""
    subject = a_subject(name)
    with capture_logs() as lines:
        handed = await offered(subject, manner)
    assert handed.result is _OTHERWISE.get((name, manner), _TOLD[manner])
    assert subject.taken <= 1
    if handed.result is not Handover.UNKNOWN:
        assert subject.taken == (handed.result is Handover.ACCEPTED)
        assert (handed.trouble is None) == (handed.result is Handover.ACCEPTED)
    assert not any(word in str(lines) for word in ("astrid", "46701740605", "Lindqvist"))
    if manner is Manner.LOCKED:
        (line,) = lines
        assert line["log_level"] == "error"
        assert "DIRIGENT_" in line["check"]


@pytest.mark.parametrize("name", [name for name in SUBJECTS if name not in ("smtp", "gateway", "ses")])
async def test_what_a_provider_asks_for_is_kept_to(name: str) -> None:
    """How long it wants to be left alone goes to the run, which offers the message again then."""
    for manner in (Manner.THROTTLES, Manner.UNAVAILABLE):
        asked = (await offered(a_subject(name), manner)).retry_after
        assert asked is not None
        assert WAIT - timedelta(seconds=4) < asked <= WAIT + timedelta(seconds=2)


@pytest.mark.parametrize("name", [name for name in SUBJECTS if name not in ("smtp", "gateway")])
async def test_the_id_of_the_provider_comes_back(name: str) -> None:
    """What a provider tells later, it tells by that id."""
    assert (await offered(a_subject(name), Manner.TAKES)).provider_id


@pytest.mark.parametrize("name", ["sendgrid", "mailgun", "postmark"])
async def test_a_provider_that_can_be_asked_is(name: str) -> None:
    """What it shows has arrived; what it does not show may only not be shown yet, so nobody says no."""
    subject = a_subject(name)
    async with subject.channel() as channel:
        assert await channel.arrived(subject.message.message_id) is None
        await channel.send(subject.message)
        assert await channel.arrived(subject.message.message_id) is True
        assert await channel.arrived("<another@mail.example>") is None


@pytest.mark.parametrize("name", ["ses", "twilio-sms", "twilio-whatsapp", "webhook", "smtp", "gateway"])
async def test_a_provider_that_cannot_be_asked_is_not(name: str) -> None:
    """Nobody knows, and that is what is said."""
    subject = a_subject(name)
    async with subject.channel() as channel:
        await channel.send(subject.message)
        assert await channel.arrived(subject.message.message_id) is None


@pytest.mark.parametrize("name", ["sendgrid", "mailgun", "postmark"])
async def test_what_a_dead_worker_handed_over_is_found(name: str) -> None:
    """The worker died between the provider's answer and our record: the next one asks, and nothing goes out twice."""
    subject, ledger = a_subject(name), MemoryLedger(a_subject(name).message, dies=True)
    with pytest.raises(BrokenDownError):
        await delivered(subject, Manner.TAKES, ledger)
    ledger.dies = False
    assert (await delivered(subject, Manner.TAKES, ledger)).result == "sent"
    assert subject.taken == 1


@pytest.mark.parametrize("name", SUBJECTS)
async def test_no_duplicate_no_loss_and_the_unknown_is_shown(name: str) -> None:
    """Whatever happens first, and however often it is repeated: what was put off goes out once the provider is well, what is in doubt stays so."""
    for manner in (manner for subject, manner in CASES if subject == name):
        subject = a_subject(name)
        ledger = MemoryLedger(subject.message)
        first = await delivered(subject, manner, ledger)
        again = await delivered(subject, Manner.TAKES, ledger)
        assert subject.taken <= 1
        assert again.result == {"deferred": "sent"}.get(first.result, first.result)
        assert again.result != "sent" or subject.taken == 1


_SOME = st.lists(st.tuples(st.sampled_from([manner for manner in Manner if manner not in SLOW]), st.booleans()), min_size=1, max_size=5)


@pytest.mark.parametrize("name", SUBJECTS)
@settings(max_examples=15, deadline=None)
@given(days=_SOME)
def test_at_most_one_message_comes_of_one_touch(name: str, days: list[tuple[Manner, bool]]) -> None:
    """Any series of bad days of the provider, with workers dying in between: it takes one message at most, and `sent` is said only of what it took."""

    async def live() -> None:
        subject = a_subject(name)
        ledger = MemoryLedger(subject.message)
        settled = None
        for manner, dies in days:
            if (name, manner) in _NOT_BY_CONTRACT:
                continue
            ledger.dies = dies
            with contextlib.suppress(BrokenDownError):
                settled = await delivered(subject, manner, ledger)
            assert subject.taken <= 1
            if settled is not None and settled.result != "deferred":
                assert settled.result == "unknown" or subject.taken == (settled.result == "sent")

    asyncio.run(live())


@pytest.mark.parametrize(
    ("header", "asked"),
    [("Fri, 31 Dec 1999 23:59:59 GMT", timedelta()), ("soon", None), ("-5", None), ("999999999", timedelta(days=1)), ("9" * 5000, timedelta(days=1))],
)
async def test_a_wish_is_read_as_far_as_it_can_be(header: str, asked: timedelta | None) -> None:
    """A date that is past is now, what is neither a date nor seconds is no wish, and nobody is left alone for longer than a day."""
    subject = a_subject("postmark")
    assert isinstance(subject, OverHttp)
    throttled = subject.office.throttled()
    subject.office.throttled = lambda: type(throttled)(429, throttled.body, (("Retry-After", header),))  # type: ignore[method-assign]
    assert (await offered(subject, Manner.THROTTLES)).retry_after == asked
