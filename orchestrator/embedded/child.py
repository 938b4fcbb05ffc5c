"""One program that the embedded runtime keeps alive: what it is (`Child`), and one life of it as an operating-system process (`Life`)."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from orchestrator.embedded.users import User

Probe = Callable[[], Awaitable[bool]]
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_KILL_AFTER_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Child:
    """A program to keep running. `ready` is asked again and again until it answers true; an error of the network counts as no."""

    name: str
    command: tuple[str, ...]
    ready: Probe
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the supervisor's own."""
    ready_file: Path | None = None
    """Removed before each start, so that `ready` may wait for the child to write it."""
    user: User | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within: float = 15.0
    """Seconds from the stop signal to a kill."""
    ready_within: float = 60.0
    """Seconds."""
    tries: int = 1
    """How often it may end before it is ready, the last time included, until that is a failure."""


class Life:
    """A child from one start to its end."""

    def __init__(self, child: Child, *, log: Path) -> None:
        """Start the process, with its output at the end of the log. It has a session of its own, so that Ctrl-C reaches the supervisor alone."""
        if child.ready_file is not None:
            child.ready_file.unlink(missing_ok=True)
        with log.open("ab") as output:
            self.process = _spawn(child, output)
        self._child = child

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    async def end(self) -> int:
        """Wait for the process to end by itself; its exit code, negative for a signal."""
        # Asyncio's own watcher would keep a thread for each child, and forking beside threads is unsafe.
        while (code := self.process.poll()) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return code

    async def stop(self) -> None:
        """Ask the process to stop, wait as long as its child allows, then kill it."""
        if self.ended:
            return
        self.process.send_signal(self._child.stop_signal)
        try:
            await asyncio.wait_for(self.end(), self._child.stop_within)
        except TimeoutError:
            self.process.kill()
            await asyncio.wait_for(self.end(), _KILL_AFTER_SECONDS)


def _spawn(child: Child, output: IO[bytes]) -> subprocess.Popen[bytes]:
    user = child.user
    return subprocess.Popen(  # noqa: S603 - the command is ours
        child.command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **child.environment},
        start_new_session=True,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
        preexec_fn=_die_with(os.getpid(), child.stop_signal),  # noqa: PLW1509 - only async-signal-safe calls; the supervisor has one thread
    )


def _die_with(parent: int, stop: signal.Signals) -> Callable[[], None] | None:
    """What makes the kernel stop a child whose supervisor was killed, so that it does not keep its port for ever. Linux only: elsewhere the next
    start stops what an earlier one left behind."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def tether() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(stop))
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return tether
