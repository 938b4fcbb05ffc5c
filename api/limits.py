"""Refuses bodies larger than the API takes, declared or not, in the words of all other problems."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 512 * 1024
LARGEST_BATCH = 2 * 1024 * 1024
"""Of what providers tell of messages, in batches."""
LARGEST_LETTER = 15 * 1024 * 1024
"""Of a reply as a provider brings it, with attachments, none of which is kept."""


class BodyLimit:
    """ASGI middleware. A body is counted as it arrives, because a declared length may be missing or wrong."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        largest = _largest(scope.get("path", ""))
        declared = Headers(scope=scope).get("content-length", "0") if scope["type"] == "http" else "0"
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest or (declared.isdecimal() and int(declared) > largest):
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


def _largest(path: str) -> int:
    if not path.startswith("/webhooks/"):
        return LARGEST_BODY
    return LARGEST_LETTER if path.endswith("/replies") else LARGEST_BATCH
