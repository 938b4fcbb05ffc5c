"""One conversation with a provider over HTTP: a request, and what came back, or how far it got. Nothing is tried twice here, and no redirect is followed."""

import asyncio
import json
from typing import Any, NamedTuple

import httpx

_LONGEST = 64 * 1024
"""Bytes of a reply that are read: no answer of a provider to one message is longer."""

OPENING = 4.0
"""Seconds until the body begins, name, connection and TLS together. The last look comes just before: what is taken back after it has gone out within the
five seconds that a withdrawal may take."""

_BODY_BEGUN = "http11.send_request_body.started"
"""The event of httpcore after which the other side may have the whole request."""


class Reply(NamedTuple):
    """What a provider answered. A body that broke off, or was no answer, is as much as came of it."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, section 15.3

    @property
    def told(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one where it is none."""
        try:
            told = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) else {}

    def several(self, name: str) -> list[dict[str, Any]]:
        """The objects in a list that the body has under a name."""
        told = self.told.get(name)
        return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


class BrokenOff(NamedTuple):
    """No answer came."""

    begun: bool
    """Whether the body was on its way: then the other side may have taken it."""
    trouble: str


def new_client() -> httpx.AsyncClient:
    """The client of one process. It keeps no connection between two messages: one that the provider closes just as it is written to would leave the
    message in doubt. It takes nothing from the environment: neither a proxy nor a password from a file may come between."""
    return httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0), timeout=OPENING, follow_redirects=False, trust_env=False)


async def converse(client: httpx.AsyncClient, request: httpx.Request, *, patience: float, opening: float = OPENING, most: int = _LONGEST) -> Reply | BrokenOff:
    """Say the request once, within so many seconds, and read so many bytes of the answer at most. Its body begins within `opening` or not at all."""
    begun, said, reply = False, bytearray(), None
    ends = asyncio.get_running_loop().time() + patience

    async def follow(event: str, _: dict[str, Any]) -> None:
        nonlocal begun
        if event == _BODY_BEGUN:
            begun = True
            limit.reschedule(ends)

    request.extensions |= {"trace": follow, "timeout": httpx.Timeout(patience).as_dict()}
    request.headers.setdefault("Accept-Encoding", "identity")
    try:
        async with asyncio.timeout(min(opening, patience)) as limit:
            reply = await client.send(request, stream=True)
            try:
                await _read(reply, said, most)
            finally:
                await reply.aclose()
    except (httpx.RequestError, TimeoutError) as error:
        if reply is None:
            return BrokenOff(begun, "TimeoutError" if limit.expired() else type(error).__name__)
    return Reply(reply.status_code, reply.headers, bytes(said))  # the status was said, and stands, however the body ended


async def _read(reply: httpx.Response, said: bytearray, most: int) -> None:
    async for part in reply.aiter_raw():
        said += part
        if len(said) > most:
            break
