"""The supervisor with stand-in children: order, readiness, restart, giving up, and what a killed supervisor leaves."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from orchestrator.embedded.child import Child
from orchestrator.embedded.errors import AlreadyRunningError, ChildFailedError
from orchestrator.embedded.remains import Lock, Remains
from orchestrator.embedded.supervisor import Patience, Supervisor

_HURRIED = Patience(first=0.05, longest=0.1, healthy=5.0, deaths=3)
_READY = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


@pytest_asyncio.fixture
async def supervisor(folder: Path) -> AsyncIterator[Supervisor]:
    made = Supervisor(logs=folder, remains=Remains(folder / "run"), patience=_HURRIED)
    yield made
    await made.stop()


def a_child(folder: Path, name: str = "worker", *, does: str = "time.sleep(60)", ready_within: float = 10, stop_within: float = 10) -> Child:
    ready = folder / f"{name}.ready"

    async def exists() -> bool:
        return ready.exists()

    return Child(
        name=name,
        command=(sys.executable, "-c", _READY + does, str(ready)),
        ready=exists,
        ready_file=ready,
        ready_within=ready_within,
        stop_within=stop_within,
    )


async def until(true: Callable[[], bool | Awaitable[bool]], *, within: float = 10) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.02)


async def test_a_killed_child_is_restarted(folder: Path, supervisor: Supervisor) -> None:
    """`kill -9` of a child is survived: it gets another life with another process id."""
    await supervisor.start(a_child(folder))
    first = supervisor.pids["worker"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pids["worker"] != first)
    assert psutil.pid_exists(supervisor.pids["worker"])


async def test_children_stop_in_reverse_order(folder: Path, supervisor: Supervisor) -> None:
    """What was started last, and leans on the rest, stops first."""
    notes = folder / "notes"
    for name in ("database", "worker", "api"):
        note = f"""import signal; signal.signal(15, lambda *_: (open({str(notes)!r}, "a").write("{name} "), os._exit(0))); """
        child = a_child(folder, name, does="time.sleep(60)")
        await supervisor.start(Child(**{**vars(child), "command": (sys.executable, "-c", note + _READY + "time.sleep(60)", str(child.ready_file))}))
    await supervisor.stop()
    assert notes.read_text() == "api worker database "
    assert supervisor.pids == {}


async def test_a_child_that_ignores_the_signal_is_killed(folder: Path, supervisor: Supervisor) -> None:
    """A stop ends, whatever a child does."""
    await supervisor.start(a_child(folder, does="import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)", stop_within=0.2))
    await until(lambda: "deaf" in (folder / "worker.log").read_text())
    pid = supervisor.pids["worker"]
    await supervisor.stop()
    assert not psutil.pid_exists(pid)


async def test_a_child_that_ends_at_once_is_a_failure_with_its_last_words(folder: Path, supervisor: Supervisor) -> None:
    """A wrong configuration is said at once, with what the child wrote."""
    child = Child(name="api", command=(sys.executable, "-c", "import sys; sys.exit('no such database')"), ready=a_child(folder).ready)
    with pytest.raises(ChildFailedError, match=r"api ended with 1 before it was ready[^$]*no such database"):
        await supervisor.start(child)


async def test_a_child_may_be_given_another_try(folder: Path, supervisor: Supervisor) -> None:
    """One that ends before it is ready is begun anew as often as it may; the life in which it is ready is the one that is kept."""
    been = folder / "been"
    child = a_child(folder, does="time.sleep(60)")
    script = f"import os, sys; os.path.exists({str(been)!r}) or (open({str(been)!r}, 'w'), sys.exit(2)); " + child.command[2]
    await supervisor.start(Child(**{**vars(child), "command": (child.command[0], "-c", script, *child.command[3:]), "tries": 2}))
    assert been.exists()
    assert psutil.pid_exists(supervisor.pids["worker"])


async def test_a_child_that_is_never_ready_is_a_failure(folder: Path, supervisor: Supervisor) -> None:
    """Waiting has an end."""

    async def never() -> bool:
        return False

    child = Child(name="api", command=(sys.executable, "-c", "import time; time.sleep(60)"), ready=never, ready_within=0.3)
    with pytest.raises(ChildFailedError, match="was not ready within"):
        await supervisor.start(child)


async def test_it_gives_up_after_too_many_quick_deaths(folder: Path, supervisor: Supervisor) -> None:
    """A child that cannot live is not restarted for ever."""
    await supervisor.start(a_child(folder, does="time.sleep(0.3); sys.exit(7)"))
    with pytest.raises(ChildFailedError, match="died 3 times in a row, the last time with 7"):
        async with asyncio.timeout(20):
            await supervisor.watch()


async def test_a_command_that_fails_is_a_failure(supervisor: Supervisor) -> None:
    """A migration that does not end well stops the start."""
    await supervisor.run("migrate", (sys.executable, "-c", "pass"), environment={})
    with pytest.raises(ChildFailedError, match="migrate ended with 3"):
        await supervisor.run("migrate", (sys.executable, "-c", "raise SystemExit(3)"), environment={})


async def test_the_previous_log_is_kept(folder: Path, supervisor: Supervisor) -> None:
    """Each start begins a log; the one before stays beside it."""
    for word in ("first", "second"):
        await supervisor.run("migrate", (sys.executable, "-c", f"print({word!r})"), environment={})
    assert [(folder / name).read_text().strip() for name in ("migrate.log.1", "migrate.log")] == ["first", "second"]


def test_the_next_start_stops_what_an_earlier_one_left(folder: Path) -> None:
    """A process that a killed supervisor left behind is stopped; a stranger with a reused id is not."""
    remains = Remains(folder / "run")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as left:
        remains.remember("api", left.pid)
        (folder / "run" / "worker.pid").write_text(f'{{"pid": {os.getpid()}, "created": 1.0}}')
        remains.clear()
        assert not psutil.pid_exists(left.pid)
    assert list((folder / "run").glob("*.pid")) == []


def test_a_second_start_on_the_same_data_is_refused(folder: Path) -> None:
    """Two supervisors never share a database; the refusal names the one that runs, and a released lock is free again."""
    lock = Lock(folder)
    with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"):
        Lock(folder)
    lock.release()
    Lock(folder).release()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's tether is Linux's; elsewhere the next start stops what was left")
def test_children_do_not_outlive_a_killed_supervisor(folder: Path) -> None:
    """`kill -9` of the supervisor itself frees the ports of its children."""
    program = f"""
import asyncio, pathlib, sys
from orchestrator.embedded.child import Child
from orchestrator.embedded.remains import Remains
from orchestrator.embedded.supervisor import Supervisor

async def ready():
    return True

async def main():
    supervisor = Supervisor(logs=pathlib.Path({str(folder)!r}), remains=Remains(pathlib.Path({str(folder / "run")!r})))
    await supervisor.start(Child(name="worker", command=(sys.executable, "-c", "import time; time.sleep(60)"), ready=ready))
    print(supervisor.pids["worker"], flush=True)
    await supervisor.watch()

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = psutil.Process(int(process.stdout.readline()))
        process.kill()
    child.wait(5)
