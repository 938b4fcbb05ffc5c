"""Keeps children alive: starts them, waits until each is ready, restarts one that dies, and stops them in the reverse order."""

import asyncio
import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

from orchestrator.embedded.child import Child, Life
from orchestrator.embedded.errors import ChildFailedError
from orchestrator.embedded.remains import Remains

_log = structlog.get_logger(__name__)
_PROBE_EVERY_SECONDS = 0.1
_PROBE_WITHIN_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How a dead child is restarted: after 1 s, 2 s, … up to `longest`; one that lived `healthy` seconds starts afresh; `deaths` quick ones are too many."""

    first: float = 1.0
    longest: float = 15.0
    healthy: float = 30.0
    deaths: int = 10


class Supervisor:
    """Children in the order in which `start` was called. `logs` gets `<child>.log`, `remains` the ids of the processes for the next start."""

    def __init__(self, *, logs: Path, remains: Remains, patience: Patience | None = None) -> None:
        self._logs = logs
        self._remains = remains
        self._patience = patience or Patience()
        self._lives: dict[str, Life] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}

    @property
    def pids(self) -> dict[str, int]:
        """The process id of each child's present life; that of its last while it waits to be restarted."""
        return {name: life.pid for name, life in self._lives.items()}

    async def start(self, *children: Child) -> None:
        """Start children that do not need each other, and return when all are ready; from then on they are kept alive. Raises ChildFailedError when one
        ends or is not ready in time."""
        for child in children:
            _keep_last(self._log_of(child.name))
        begun = [(child, self._begin(child)) for child in children]
        lives = [(child, await self._until_ready(child, life)) for child, life in begun]
        for child, life in lives:
            self._keepers[child.name] = asyncio.create_task(self._keep(child, life), name=child.name)

    async def run(self, name: str, command: tuple[str, ...], *, environment: dict[str, str]) -> None:
        """Run a command once, to its end. Raises ChildFailedError when it does not end well."""
        _keep_last(self._log_of(name))
        child = Child(name=name, command=command, environment=environment, ready=_never)
        code = await self._begin(child).end()
        self._forget(name)
        if code != 0:
            raise self._failed(child, f"ended with {code}")

    async def watch(self) -> None:
        """Return never; raises ChildFailedError when a child died too often."""
        await asyncio.gather(*self._keepers.values())

    async def stop(self) -> None:
        """Stop every child, the last one first. Safe to call at any time, and twice."""
        for name in reversed(list(self._lives)):
            keeper = self._keepers.pop(name, None)
            if keeper is not None:
                keeper.cancel()
                with contextlib.suppress(asyncio.CancelledError, ChildFailedError):
                    await keeper
            await self._lives[name].stop()
            self._forget(name)

    async def _keep(self, child: Child, life: Life) -> None:
        deaths = 0
        while True:
            began = time.monotonic()
            code = await life.end()
            deaths = 1 if time.monotonic() - began >= self._patience.healthy else deaths + 1
            if deaths >= self._patience.deaths:
                raise self._failed(child, f"died {deaths} times in a row, the last time with {code}; everything is stopped")
            pause = min(self._patience.first * 2 ** (deaths - 1), self._patience.longest)
            _log.warning("child_died", child=child.name, code=code, restart_in_seconds=pause)
            await asyncio.sleep(pause)
            life = self._begin(child)
            _log.info("child_restarted", child=child.name, pid=life.pid)

    def _begin(self, child: Child) -> Life:
        life = self._lives[child.name] = Life(child, log=self._log_of(child.name))
        self._remains.remember(child.name, life.pid)
        return life

    def _forget(self, name: str) -> None:
        del self._lives[name]
        self._remains.forget(name)

    async def _until_ready(self, child: Child, life: Life) -> Life:
        """The life in which the child is ready: that one, or a later of its tries."""
        deadline, tries = time.monotonic() + child.ready_within, child.tries
        while not await _probe(child):
            if life.ended:
                tries -= 1
                if tries <= 0:
                    raise self._failed(child, f"ended with {life.process.returncode} before it was ready")
                _log.warning("child_tried_again", child=child.name, code=life.process.returncode)
                life = self._begin(child)
            if time.monotonic() > deadline:
                raise self._failed(child, f"was not ready within {child.ready_within:.0f} s")
            await asyncio.sleep(_PROBE_EVERY_SECONDS)
        return life

    def _log_of(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _failed(self, child: Child, what: str) -> ChildFailedError:
        log = self._log_of(child.name)
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:] if log.exists() else []
        return ChildFailedError(child.name, what=what, log=log, last_lines="\n".join(f"  {line}" for line in lines))


async def _probe(child: Child) -> bool:
    try:
        return await asyncio.wait_for(child.ready(), _PROBE_WITHIN_SECONDS)
    except (OSError, TimeoutError, EOFError):
        return False


async def _never() -> bool:
    return False


def _keep_last(log: Path) -> None:
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
