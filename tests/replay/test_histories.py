"""What is under way today must go on tomorrow: every workflow gives Temporal the commands that stored histories hold, and those hold nobody's data."""

import json
import re
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.workflow import NondeterminismError

import workflows
from tests.replay.history import HISTORIES, WORKFLOWS, histories, payloads, replay, stored

TEACHES = """
{name} no longer replays: {trouble}

What is under way would be stuck in the same place after this release. So either
  - this was not meant: mend the workflow (what it asks of Temporal, and in which order) until the history replays; or
  - the conductor is meant to move otherwise: raise INTERPRETER in journeys/state.py and keep the old moves for runs of the old number, which take up the
    higher one only when they continue as new; or
  - the workflow itself is meant to act otherwise: release the worker as a new version (Temporal's Worker Versioning, pinned), so that runs under way stay
    with the old worker until they continue as new. Never `workflow.patched()` inside the loop: its answer is remembered for the whole run.
Then record a history of the new way with `python -m tests.replay.record_histories NAME`; those that are there stay as they are."""

_OVER = {"CONTINUED_AS_NEW", "COMPLETED"}
_E_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)
_PERSONAL = re.compile(r'"(given_name|family_name|salutation|name|email|address|phone)":"')
_MACHINE = re.compile(r"\d+@\w|/(home|root|tmp|Users|usr)/")


@pytest.mark.parametrize("path", histories(), ids=lambda path: path.stem)
async def test_a_stored_history_replays(path: Path) -> None:
    """Today's workflow does in the sandbox what it did when the history was recorded."""
    try:
        await replay(stored(path))
    except NondeterminismError as trouble:
        pytest.fail(TEACHES.format(name=path.name, trouble=trouble), pytrace=False)


async def test_a_changed_history_does_not_replay() -> None:
    """The replay does notice: a history in which another activity was called is refused."""
    written = (HISTORIES / "a-snooze-moves-the-alarm.json").read_text(encoding="utf-8").replace('"name":"open_task"', '"name":"close_task"')
    with pytest.raises(NondeterminismError):
        await replay(WorkflowHistory.from_json("journey-changed", written))


def test_the_histories_tell_of_every_command() -> None:
    """Each thing that a workflow asks of Temporal is on record, so that none can change unnoticed."""
    written = "".join(path.read_text(encoding="utf-8") for path in histories())
    asked = {"ACTIVITY_TASK_SCHEDULED", "TIMER_STARTED", "TIMER_CANCELED", "TIMER_FIRED", "WORKFLOW_EXECUTION_COMPLETED", "WORKFLOW_EXECUTION_CONTINUED_AS_NEW"}
    heard = {"WORKFLOW_EXECUTION_SIGNALED", "WORKFLOW_EXECUTION_UPDATE_ACCEPTED", "WORKFLOW_EXECUTION_UPDATE_COMPLETED"}
    assert {event for event in asked | heard if f'"EVENT_TYPE_{event}"' not in written} == set()
    journeys = ("open_run", "record", "open_task", "ask_facts", "deliver", "move_run")
    beside = ("dispatch", "look_after", "take_page", "finish_sweep", "next_opening", "begin_sweeps", "carry_on")
    assert {name for name in (*journeys, *beside) if f'"name":"{name}"' not in written} == set()


def test_every_workflow_is_on_record_from_its_beginning_to_its_end() -> None:
    """Whatever a worker plays has histories here: one that went on in a new one, and one in which it was over."""
    modules = [import_module(f"workflows.{file.stem}") for file in Path(workflows.__file__ or "").parent.glob("*.py")]
    acting = {name for module in modules for name, each in vars(module).items() if hasattr(each, "__temporal_workflow_definition")}
    endings = defaultdict(set)
    for events in (stored(path).events for path in histories()):
        played = events[0].workflow_execution_started_event_attributes.workflow_type.name
        endings[played].add(EventType.Name(events[-1].event_type).removeprefix("EVENT_TYPE_WORKFLOW_EXECUTION_"))
    assert {each.__name__ for each in WORKFLOWS} == acting
    assert {played: ended & _OVER for played, ended in endings.items()} == dict.fromkeys(acting, _OVER)


@pytest.mark.parametrize("path", histories(), ids=lambda path: path.stem)
def test_a_stored_history_names_nobody(path: Path) -> None:
    """Neither what is written nor what lies encoded in it names a person, an address or the machine on which it was recorded."""
    written = path.read_text(encoding="utf-8")
    decoded = "\n".join(payloads(json.loads(written)))
    assert [text for pattern in (_E_MAIL, _PERSONAL) for text in pattern.findall(decoded)] == []
    assert [text for pattern in (_E_MAIL, _MACHINE) for text in pattern.findall(written)] == []
