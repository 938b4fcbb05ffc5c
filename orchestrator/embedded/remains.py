"""What a killed supervisor left behind: its processes and its lock. One supervisor at a time works on a data directory; the next one first stops the
processes that an earlier one did not get to stop."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO

import psutil
import structlog

from orchestrator.embedded.errors import AlreadyRunningError

_log = structlog.get_logger(__name__)
_GRACE_SECONDS = 5.0


class Remains:
    """The folder in which each running child has a file with its process id and the instant at which that process was created, which together name it
    for ever: an id alone is used again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def remember(self, name: str, pid: int) -> None:
        try:
            created = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            return
        (self._folder / f"{name}.pid").write_text(json.dumps({"pid": pid, "created": created}), encoding="utf-8")

    def forget(self, name: str) -> None:
        (self._folder / f"{name}.pid").unlink(missing_ok=True)

    def clear(self) -> None:
        """Stop every remembered process that still runs."""
        left = [process for file in self._folder.glob("*.pid") if (process := _find(file)) is not None]
        for process in left:
            _log.warning("stale_child_stopped", pid=process.pid)
            process.terminate()
        for process in psutil.wait_procs(left, timeout=_GRACE_SECONDS)[1]:
            process.kill()
        for file in self._folder.glob("*.pid"):
            file.unlink()


class Lock:
    """Held by the one supervisor of a data directory; the kernel releases it when that process ends, however it ends."""

    def __init__(self, data_dir: Path) -> None:
        """Take the lock. Raises AlreadyRunningError with the holder's process id."""
        self._file: IO[str] = (data_dir / "run" / "lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            pid = self._file.read().strip() or "unknown"
            self._file.close()
            raise AlreadyRunningError(data_dir, pid=pid) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()


def _find(file: Path) -> psutil.Process | None:
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
        process = psutil.Process(known["pid"])
        return process if process.create_time() == known["created"] else None
    except (psutil.NoSuchProcess, ValueError, KeyError):
        return None
