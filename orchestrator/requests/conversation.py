"""One conversation with another system: a signed POST, and what its reply comes to. Nothing is tried twice here, and no redirect is followed: the next
attempt is made by whoever called, under the same key."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from activities.ports import Unanswered
from journeys.commands import CallOut
from journeys.events import Called
from orchestrator.requests.endpoints import Endpoint
from orchestrator.requests.signing import stamped

UNKNOWN_ENDPOINT, REFUSED, ANSWER_UNKNOWN, NO_ANSWER = "unknown_endpoint", "refused", "answer_unknown", "no_answer"
"""Why a request failed for good: docs/requests.md."""

PATIENCE = 15.0
"""Seconds for a whole conversation: less than an activity has, whose two transactions need the rest."""

_CONNECT = 5.0
_LONGEST = 64 * 1024
"""Bytes of a reply that are read. One that is longer holds no answer of ours."""

_DIGITS = 10
"""Of a number of seconds; one with more is longer than anybody waits, and one with thousands is no number to Python."""

_COME_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


def new_client(*, patience: float = PATIENCE) -> httpx.AsyncClient:
    """The client of one process. It takes nothing from the environment: neither a proxy nor a password from a file may come between."""
    return httpx.AsyncClient(timeout=httpx.Timeout(patience, connect=min(_CONNECT, patience)), follow_redirects=False, trust_env=False)


async def converse(client: httpx.AsyncClient, endpoint: Endpoint, call: CallOut, body: bytes, *, now: datetime) -> Called:
    """Ask once, at the real time `now`. Raises Unanswered where nothing was said that stands."""
    stamp = stamped(endpoint.secret.get_secret_value(), call.key, body, now=now)
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", "Idempotency-Key": call.key, **stamp.headers}
    try:
        async with asyncio.timeout(client.timeout.read), client.stream("POST", str(endpoint.url), content=body, headers=headers) as reply:
            said = await _read(reply) if reply.is_success else b""
    except (httpx.RequestError, TimeoutError) as error:
        raise Unanswered(type(error).__name__) from None
    return _heard(call, reply, said, now)


async def _read(reply: httpx.Response) -> bytes:
    said = b""
    async for part in reply.aiter_raw():
        said += part
        if len(said) > _LONGEST:
            return b""
    return said


def _heard(call: CallOut, reply: httpx.Response, said: bytes, now: datetime) -> Called:
    if reply.is_success:
        return _answer(call, said)
    if reply.is_client_error and reply.status_code not in _COME_AGAIN:
        return Called(key=call.key, result="failed", reason=REFUSED)
    raise Unanswered(f"HTTP {reply.status_code}", retry_after=retry_after(reply.headers.get("retry-after", ""), now))


def _answer(call: CallOut, said: bytes) -> Called:
    """Only a JSON object with an answer is one; anything else that was well received means that the answer comes later."""
    try:
        told = json.loads(said)
    except ValueError:
        told = None
    answer = told.get("answer") if isinstance(told, dict) else None
    if answer is None:
        return Called(key=call.key, result="accepted")
    if answer not in call.answers:
        return Called(key=call.key, result="failed", reason=ANSWER_UNKNOWN)
    return Called(key=call.key, result="answered", answer=answer)


def retry_after(written: str, now: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, section 10.2.3); None where it says neither."""
    if written.isascii() and written.isdecimal():
        return timedelta(seconds=int(written) if len(written) < _DIGITS else 10**9)
    try:
        date = parsedate_to_datetime(written)
    except ValueError:
        return None
    return max(timedelta(), (date if date.tzinfo is not None else date.replace(tzinfo=UTC)) - now)
