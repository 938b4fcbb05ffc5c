"""One conversation with a provider over HTTP: a request, and what came back, or how far it got. Nothing is tried twice here, and no redirect is followed."""

import asyncio
import json
from typing import Any, NamedTuple

import httpx

_LONGEST = 64 * 1024
"""Bytes of a reply that are read: no answer of a provider to one message is longer."""

_CONNECT = 5.0
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
        except ValueError:
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
    return httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0), timeout=_CONNECT, follow_redirects=False, trust_env=False)


async def converse(client: httpx.AsyncClient, request: httpx.Request, *, patience: float, most: int = _LONGEST) -> Reply | BrokenOff:
    """Say the request once, within so many seconds, and read so many bytes of the answer at most."""
    begun = False

    async def follow(event: str, _: dict[str, Any]) -> None:
        nonlocal begun
        begun = begun or event == _BODY_BEGUN

    request.extensions |= {"trace": follow, "timeout": httpx.Timeout(patience, connect=min(_CONNECT, patience)).as_dict()}
    request.headers.setdefault("Accept-Encoding", "identity")
    try:
        async with asyncio.timeout(patience) as limit:
            reply = await client.send(request, stream=True)
            try:
                return Reply(reply.status_code, reply.headers, await _read(reply, most))
            finally:
                await reply.aclose()
    except (httpx.RequestError, TimeoutError) as error:
        return BrokenOff(begun, "TimeoutError" if limit.expired() else type(error).__name__)


async def _read(reply: httpx.Response, most: int) -> bytes:
    said = b""
    try:
        async for part in reply.aiter_raw():
            said += part
            if len(said) > most:
                break
    except httpx.RequestError:
        pass  # the status was said, and stands
    return said
