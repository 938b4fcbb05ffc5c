"""Conversations with a real server on this machine that behaves, or does not: what each of its replies comes to."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from activities.ports import Unanswered
from journeys.commands import CallOut
from journeys.events import Called
from orchestrator.requests.conversation import converse, new_client
from orchestrator.requests.signing import genuine
from tests.builders import NOW
from tests.orchestrator.requests.others import HANG_UP, SECRET, SILENCE, Other, another_system, reply

KEY = "enr1.stock.1"
REAL = datetime(2027, 3, 1, 12, tzinfo=UTC)
CALL = CallOut(key=KEY, step="stock", to="stock", facts=(), answers=("in_stock", "short"), until=NOW)


async def ask(other: Other, *, patience: float = 5.0) -> Called:
    async with new_client(patience=patience) as client:
        return await converse(client, other.endpoint, CALL, b'{"key":"enr1.stock.1"}', now=REAL)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (reply(202), {"result": "accepted"}),
        (reply(200, {"answer": "short"}), {"result": "answered", "answer": "short"}),
        (reply(200, {"answer": "perhaps"}), {"result": "failed", "reason": "answer_unknown"}),
        (reply(200, {"answer": ["short"]}), {"result": "failed", "reason": "answer_unknown"}),
        (reply(200, {"answer": None}), {"result": "accepted"}),
        (reply(200, ["short"]), {"result": "accepted"}),
        (reply(200, {"answer": "short", "padding": "x" * 70_000}), {"result": "accepted"}),
        (reply(400), {"result": "failed", "reason": "refused"}),
        (reply(410, {"answer": "short"}), {"result": "failed", "reason": "refused"}),
    ],
)
async def test_a_reply_that_stands(said: str, heard: dict[str, Any]) -> None:
    """Received, answered, or a no for good."""
    async with another_system(said) as other:
        assert await ask(other) == Called(key=KEY, **heard)


@pytest.mark.parametrize("said", [reply(500), reply(503), reply(408), reply(425), reply(429), HANG_UP, 'HTTP/1.1 200 So\r\nContent-Length: 40\r\n\r\n{"answ'])
async def test_what_does_not_stand_is_unanswered(said: str) -> None:
    """Trouble, a wish for later, a connection that closes before or in the middle of the reply: asked again, and not from here."""
    async with another_system(said) as other:
        with pytest.raises(Unanswered) as unanswered:
            await ask(other)
    assert unanswered.value.retry_after is None
    assert len(other.heard) == 1


async def test_a_redirect_is_not_followed() -> None:
    """A signed question goes to the address of the settings, and nowhere else."""
    async with another_system(reply(202)) as elsewhere, another_system(reply(307, location=f"http://127.0.0.1:{elsewhere.port}/ask")) as other:
        with pytest.raises(Unanswered, match="307"):
            await ask(other)
    assert elsewhere.heard == []


async def test_silence_ends_with_our_patience() -> None:
    """An activity has more time than a conversation, so that it can say what became of it."""
    async with another_system(SILENCE) as other:
        with pytest.raises(Unanswered, match="Timeout"):
            await ask(other, patience=0.2)


async def test_nobody_there() -> None:
    """A system that is down is asked again."""
    async with another_system(reply(202)) as other:
        pass
    with pytest.raises(Unanswered, match="ConnectError"):
        await ask(other)


@pytest.mark.parametrize(
    ("written", "wait"),
    [("120", timedelta(minutes=2)), (format_datetime(REAL + timedelta(minutes=3), usegmt=True), timedelta(minutes=3)), ("soon", None), ("-5", None)],
)
async def test_a_wish_for_later_is_heard(written: str, wait: timedelta | None) -> None:
    """As seconds or as a date; anything else is no wish."""
    async with another_system(reply(429, retry_after=written)) as other:
        with pytest.raises(Unanswered) as unanswered:
            await ask(other)
    assert unanswered.value.retry_after == wait


async def test_the_question_is_signed_over_its_very_bytes() -> None:
    """The three headers of the scheme, and the key once more where proxies look for it; nothing of who sits at the machine."""
    async with another_system(reply(202)) as other:
        await ask(other)
    (heard,) = other.heard
    assert genuine(SECRET, heard.stamp, KEY, heard.body, now=REAL)
    assert (heard.headers["idempotency-key"], heard.headers["content-type"]) == (KEY, "application/json")
    assert "authorization" not in heard.headers
