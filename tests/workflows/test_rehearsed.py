"""Every definition that lints clean runs to an end, in the rehearsal room and as a real workflow, along the same path."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from temporalio.testing import WorkflowEnvironment

from journeys.commands import What
from journeys.conditions import Value
from journeys.definitions import Definition
from journeys.rehearsal import Person, play_one
from journeys.rehearsal.population import consent
from journeys.scopes import scopes
from tests.journeys.rehearsal.stages import LONG_AGO
from tests.journeys.sound import SOUND_KINDS, asking, sound_journeys
from tests.journeys.wholes_library import LIBRARY
from tests.workflows.rehearsed import ScriptedLedger, ScriptedRequests, ScriptedRuns, play_script
from tests.workflows.stages import a_stage

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


def by_line(definition: Definition, path: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """The path of each line: what happens on two lines at the same instant has no order."""
    lines = scopes(definition).line_of
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for step, way in path:
        found[lines[step]].append((step, way))
    return found


@pytest.mark.parametrize("kind", SOUND_KINDS)
@settings(max_examples=3, deadline=None, suppress_health_check=SLOW)
@given(data=st.data(), seed=st.integers(0, 10_000))
async def test_the_rehearsal_and_the_workflow_take_the_same_path(kind: str, time_skipping: WorkflowEnvironment, data: st.DataObject, seed: int) -> None:
    """What happened in the room, happening to a real run at the same times, leads it the same way to the same end. Every kind of step begins some journeys."""
    definition = data.draw(sound_journeys(begins=kind))
    name = f"person{uuid4().hex}"
    async with a_stage(time_skipping, runs=ScriptedRuns(), ledgers=ScriptedLedger, desks=ScriptedRequests) as stage:
        facts: dict[str, Value | None] = {"persona": "pioneer", "decile": 1 + seed % 3, "adoption_stage": "aware", "specialty": "cardiology"}
        consents = tuple(consent(channel, "SE", at=LONG_AGO) for channel in ("email", "sms") if seed % 4)
        person = Person(id=name, market="SE", profession="physician", facts=facts, consents=consents, channels=("email", "sms"))
        room: dict[str, Any] = {"behaviour": asking(), "contents": LIBRARY.contents, "markets": LIBRARY.markets}
        rehearsed = play_one(definition, person, start=await stage.now(), seed=seed, weeks=300, **room)
        assume(rehearsed is not None)  # life may have turned before the door: an objection, another persona, no appointment
        assert rehearsed is not None
        assert rehearsed.ended is not None, "a definition that lints clean comes to an end"
        stage.name = rehearsed.script.enrolment
        run = await play_script(stage, definition, rehearsed.script, ends=True)
        assert by_line(definition, [(note.step or "", note.way or "") for note in run.told(What.MOVED)]) == by_line(definition, rehearsed.path)
        ended = run.position.ended
        assert ended is not None
        event(f"a path of {len(rehearsed.path)}")
        assert (ended.kind, ended.reason) == (rehearsed.ended.kind, rehearsed.ended.reason)
