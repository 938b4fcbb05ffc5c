"""Every definition that lints clean runs to an end, in the rehearsal room and as a real workflow, along the same path."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from temporalio.testing import WorkflowEnvironment

from journeys.commands import What
from journeys.conditions import Value
from journeys.definitions import Definition
from journeys.linting import lint_text
from journeys.rehearsal import Person, packaged_behaviour, play_one
from journeys.scopes import scopes
from tests.builders import NOW
from tests.journeys.wholes import wholes
from tests.journeys.wholes_library import LIBRARY
from tests.workflows.rehearsed import ScriptedLedger, ScriptedRequests, ScriptedRuns, play_script
from tests.workflows.stages import a_stage

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


def clean(definition: Definition) -> bool:
    """Whether an author could have it signed."""
    text = json.dumps(definition.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return lint_text(text, name="pioneer.yaml", library=LIBRARY, now=NOW).ok


def by_line(definition: Definition, path: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """The path of each line: what happens on two lines at the same instant has no order."""
    lines = scopes(definition).line_of
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for step, way in path:
        found[lines[step]].append((step, way))
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(definition=wholes(), seed=st.integers(0, 10_000))
async def test_the_rehearsal_and_the_workflow_take_the_same_path(time_skipping: WorkflowEnvironment, definition: Definition, seed: int) -> None:
    """What happened in the room, happening to a real run at the same times, leads it the same way to the same end."""
    assume(clean(definition))
    name = f"person{uuid4().hex}"
    async with a_stage(time_skipping, runs=ScriptedRuns(), ledgers=ScriptedLedger, desks=ScriptedRequests) as stage:
        facts: dict[str, Value | None] = {"persona": "pioneer", "decile": 1 + seed % 3, "adoption_stage": "aware", "profession": "physician"}
        person = Person(id=name, market="SE", profession="physician", facts=facts, consents=(), channels=("email", "sms"))
        room: dict[str, Any] = {"behaviour": packaged_behaviour(), "contents": LIBRARY.contents, "markets": LIBRARY.markets}
        rehearsed = play_one(definition, person, start=await stage.now(), seed=seed, weeks=400, **room)
        assume(rehearsed is not None)  # life may have turned before the door: an objection, another persona
        assert rehearsed is not None
        assert rehearsed.ended is not None, "a definition that lints clean comes to an end"
        stage.name = rehearsed.script.enrolment
        run = await play_script(stage, definition, rehearsed.script, ends=True)
        assert by_line(definition, [(note.step or "", note.way or "") for note in run.told(What.MOVED)]) == by_line(definition, rehearsed.path)
        ended = run.position.ended
        assert ended is not None
        event(f"a path of {len(rehearsed.path)}")
        assert (ended.kind, ended.reason) == (rehearsed.ended.kind, rehearsed.ended.reason)
