"""Kills children of the runtime during the month, each once at a random moment, as `kill -9` does: nothing may be lost by it, and nothing sent twice."""

import asyncio
import os
import random
import signal
from collections.abc import Iterable

from orchestrator.demo.stage import Stage
from orchestrator.embedded.runtime import Embedded

EARLIEST, LATEST = 1.0, 24.0
"""Days of the month between which a child is killed: while there is something to disturb, and time left to see what came of it."""


_RESTARTED_WITHIN_SECONDS = 0.5


async def kill_each(names: Iterable[str], *, embedded: Embedded, stage: Stage, seed: int) -> None:
    """Kill each named child once. The same seed chooses the same moments."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    async with asyncio.TaskGroup() as killers:
        for name in names:
            killers.create_task(_kill(name, after=chance.uniform(EARLIEST, LATEST), embedded=embedded, stage=stage))


async def _kill(name: str, *, after: float, embedded: Embedded, stage: Stage) -> None:
    await stage.days(after)
    while not _struck(embedded.pids[name]):  # noqa: ASYNC110 - nobody tells when the supervisor restarts a child
        await asyncio.sleep(_RESTARTED_WITHIN_SECONDS)
    stage.weather.note(f"{name} was killed")
    stage.say(f"kill -9 {name}")


def _struck(pid: int) -> bool:
    """Whether there was a process to kill: a child that is just being restarted has none."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
