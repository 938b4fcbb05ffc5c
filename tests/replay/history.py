"""A stored history: what one run of a scenario left on a real server, written so that it can be read, compared and replayed anywhere. It names no machine
and nobody: what a server and a worker note about themselves is left out, and of people a run knows only ids."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from orchestrator.temporal.payloads import PAYLOADS
from orchestrator.temporal.sandbox import sandboxed
from workflows.dispatch import Dispatch
from workflows.journey import Journey
from workflows.openings import Openings
from workflows.operation import Operation
from workflows.safety_case import SafetyCase
from workflows.sweep import Sweep

WORKFLOWS = (Journey, Dispatch, SafetyCase, Sweep, Openings, Operation)
"""Whatever a worker plays."""

HISTORIES = Path(__file__).parent / "histories"

_OF_THE_MACHINE = {"identity", "requestId", "workerVersion", "historySizeBytes", "stackTrace"}
"""Who did it, on which machine, with which build, at which path: nothing that a replay asks for."""

_OF_THE_WORKER = re.compile(r"^\d+@.*$")
"""A worker calls itself, and the queue that it keeps for itself, by its process and its host."""


def histories() -> list[Path]:
    """Every stored history, by name."""
    return sorted(HISTORIES.glob("*.json"))


def stored(path: Path) -> WorkflowHistory:
    """A history as it was stored."""
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


def text(history: WorkflowHistory) -> str:
    """A history as it lies in its file: one event a line."""
    events = [json.dumps(_scrubbed(event), separators=(",", ":")) for event in history.to_json_dict()["events"]]
    return '{"events":[\n' + ",\n".join(events) + "\n]}\n"


async def replay(history: WorkflowHistory) -> None:
    """Play a history again in the sandbox. Raises what the replay stumbled over."""
    replayer = Replayer(workflows=WORKFLOWS, workflow_runner=sandboxed(), data_converter=PAYLOADS, build_id="replay")
    await replayer.replay_workflow(history)


def payloads(written: Any) -> Iterator[str]:
    """Everything that lies encoded in a history, decoded."""
    match written:
        case {"data": str(data), "metadata": dict(metadata)}:
            yield base64.b64decode(data).decode()
            yield from (base64.b64decode(value).decode() for value in metadata.values())
        case dict():
            for value in written.values():
                yield from payloads(value)
        case list():
            for value in written:
                yield from payloads(value)
        case _:
            return


def _scrubbed(written: Any) -> Any:
    match written:
        case dict():
            return {name: _scrubbed(value) for name, value in written.items() if name not in _OF_THE_MACHINE}
        case list():
            return [_scrubbed(value) for value in written]
        case str():
            return _OF_THE_WORKER.sub("the-worker", written)
        case _:
            return written
