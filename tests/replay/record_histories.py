"""Record stored histories: `python -m tests.replay.record_histories NAME…`, or all of them where none is named. Do it for one that is new; those of
earlier releases stay as they are, because runs of them may be under way."""

import asyncio
import sys

from temporalio.client import WorkflowHistory

import tests.workflows.kinds  # noqa: F401 - puts its scenarios on the list
from orchestrator.main import settle
from tests.replay.beside import played
from tests.replay.history import HISTORIES, text
from tests.replay.scenes import SCENES
from tests.workflows.continuing import an_impatient_server, carried_on, chapters
from tests.workflows.moving import moved_on
from tests.workflows.scenarios import SCENARIOS, Scenario
from tests.workflows.stages import a_stage

CHOSEN = (
    "a-dialogue-from-visit-to-visit",
    "a-snooze-moves-the-alarm",
    "late-and-twice",
    "withdrawal-takes-back-an-open-email",
    "heard-before-the-wait",
    "deferred-until-a-time",
    "a-command-in-the-inbox-at-the-end",
    "a-question-reaches-medical",
    "a-branch-asks-how-things-stand-now",
    "another-system-is-away",
    "what-another-line-reports-is-waited-for",
    "what-comes-true-by-time-alone",
)
"""Between them they give every command to Temporal that a journey can give, and take every kind of message. Two more continue as new: one because its
history is long, one because it is moved to another version."""


async def record(names: list[str]) -> None:
    """Play the scenarios and scenes named, or all that are chosen, on a development server and store what it kept of them."""
    recorded: dict[str, list[WorkflowHistory]] = {}
    async with an_impatient_server() as server:
        chosen = [*(scenario for scenario in SCENARIOS if scenario.name in CHOSEN), Scenario(carried_on), Scenario(moved_on)]
        for scenario in (scenario for scenario in chosen if not names or scenario.name in names):
            async with a_stage(server, speed=scenario.speed, name=scenario.name) as stage:
                recorded[scenario.name] = await chapters(await scenario.play(stage))
        for scene in (scene for scene in SCENES if not names or scene.name in names):
            recorded[scene.name] = await played(scene, server)
    for name, parts in recorded.items():
        for number, part in enumerate(parts, start=1):
            (HISTORIES / f"{name}{f'-{number}' if len(parts) > 1 else ''}.json").write_text(text(part), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:]))
    settle()
