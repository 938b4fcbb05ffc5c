"""How tests wait for another part of the house: by looking again until a deadline, never by sleeping for as long as it usually takes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")

DEADLINE = 30.0
"""Seconds. Long, because a deadline that passes is a failure and one that does not costs nothing."""


async def eventually(look: Callable[[], Awaitable[Found | None]], what: str, *, within: float = DEADLINE, every: float = 0.05) -> Found:
    """What `look` finds, as soon as it finds anything but None. Fails with `what` was waited for."""
    deadline = time.monotonic() + within
    while (found := await look()) is None:
        assert time.monotonic() < deadline, f"waited {within:.0f} s in vain for {what}"
        await asyncio.sleep(every)
    return found
