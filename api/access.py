"""One canonical log line per request: what was asked and how it ended, in ids and codes. It never holds a body, a query or a token."""

import time
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = structlog.get_logger("api.access")
_SECRET = {"token", "code"}
"""Path parameters that work as a key: a touch's short code unsubscribes as its token does."""


class AccessLog:
    """ASGI middleware. Names the request in `X-Request-Id` and in every problem."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        state = scope.setdefault("state", {})
        state["request_id"] = uuid4().hex
        status = 500

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = state["request_id"]
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            _log.info("request", **_line(scope, status=status, milliseconds=round((time.perf_counter() - began) * 1000, 1)))


def _line(scope: Scope, *, status: int, milliseconds: float) -> dict[str, object]:
    state = scope["state"]
    who = state.get("who")
    found = {
        "request_id": state["request_id"],
        "method": scope["method"],
        "operation": getattr(scope.get("endpoint"), "__name__", None),
        **{name: value for name, value in scope.get("path_params", {}).items() if name not in _SECRET},
        "status": status,
        "problem": state.get("problem"),
        "user": who.id if who else None,
        "role": who.role if who else None,
        "milliseconds": milliseconds,
    }
    return {name: value for name, value in found.items() if value is not None}
