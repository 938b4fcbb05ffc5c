"""How long a rep waits, at rest, from reporting a visit to reading what is next: the median and the 95th percentile over many tasks, one at a time, on
the embedded runtime with its real parts. Figures of one machine say little, so the same run also times reading the task over the same way and a bare
update of a Temporal workflow that does nothing: the ratios are what may be compared."""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from temporalio.client import WorkflowHandle
from temporalio.worker import Worker

from benchmarks.echo import Echo
from orchestrator.embedded.runtime import Embedded
from orchestrator.main import settle
from orchestrator.temporal.client import connect
from orchestrator.temporal.sandbox import sandboxed
from tests.end_to_end.embedded_house import browser, invite, name, phone
from tests.end_to_end.house import Desk

WARM_UP = 5
"""Tasks that are not counted: the first requests of a process load what the others find loaded."""
QUEUE = "benchmark"


async def measure(tasks: int) -> None:
    """Start everything, time each kind of request one after another, print the figures, and stop."""
    with tempfile.TemporaryDirectory(prefix="dirigent-", ignore_cleanup_errors=True) as folder:
        embedded = Embedded.on_free_ports(Path(folder) / "data")
        async with embedded, browser(embedded) as http:
            await invite(embedded, tasks + WARM_UP)
            rep = phone(embedded, http)
            ids = [await _at_first_visit(rep, number) for number in range(tasks + WARM_UP)]
            reading = [await _timed(rep.get(f"/tasks/{task}")) for task in ids]
            completing = [await _timed(_complete(rep, task)) for task in ids]
            bare = await _bare_updates(embedded, tasks + WARM_UP)
            assert rep.unanswered == 0, "a request failed, so nothing here was measured at rest"
    _report(completing[WARM_UP:], reading[WARM_UP:], bare[WARM_UP:])


async def _at_first_visit(rep: Desk, number: int) -> str:
    return await rep.task(await rep.enrol(await rep.person(name(number)), "pioneer"), "first-visit")


async def _complete(rep: Desk, task: str) -> None:
    done = await rep.complete(task, "interested", "face_to_face")
    assert done["next"]["task"]["status"] == "open", "the answer must tell the next step"


async def _bare_updates(embedded: Embedded, count: int) -> list[float]:
    client = await connect(embedded.process_settings(), lazy=False)
    async with Worker(client, task_queue=QUEUE, workflows=[Echo], workflow_runner=sandboxed()):
        run: WorkflowHandle[Echo, None] = await client.start_workflow(Echo.run, id=f"echo-{uuid4().hex}", task_queue=QUEUE)
        seconds = [await _timed(run.execute_update(Echo.say, "next")) for _ in range(count)]
        await run.terminate()
    return seconds


async def _timed(request: Awaitable[object]) -> float:
    began = time.perf_counter()
    await request
    return time.perf_counter() - began


def _report(completing: list[float], reading: list[float], bare: list[float]) -> None:
    _line("completing a task, answered with the next step", completing)
    _line("reading the task over the same way", reading)
    _line("a bare update of a Temporal workflow", bare)
    middle = statistics.median(completing)
    print(f"completing / reading: {middle / statistics.median(reading):.1f}")
    print(f"completing / bare update: {middle / statistics.median(bare):.1f}")


def _line(what: str, seconds: list[float]) -> None:
    p95 = statistics.quantiles(seconds, n=20)[-1]
    print(f"{what:48} median {statistics.median(seconds) * 1000:6.1f} ms   p95 {p95 * 1000:6.1f} ms   n {len(seconds)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=100, help="how many tasks to complete (default: 100)")
    with suppress(KeyboardInterrupt):
        asyncio.run(measure(parser.parse_args().tasks))
    settle()
