"""Every definition that lints clean runs to an end, in the rehearsal room and as a real workflow, along the same path."""

import json
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from temporalio.testing import WorkflowEnvironment

from journeys.commands import What
from journeys.conditions import Value
from journeys.content import ContentVersion
from journeys.definitions import Definition
from journeys.library import Library
from journeys.linting import lint_text
from journeys.rehearsal import Person, packaged_behaviour, play_one
from tests.builders import NOW, a_content, a_journey, a_library, a_market
from tests.journeys.wholes import wholes
from tests.workflows.rehearsed import ScriptedLedger, ScriptedRequests, ScriptedRuns, play_script
from tests.workflows.stages import a_stage

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


def the_library() -> Library:
    """All that the journeys name: their letters, a nurse programme of another persona, and caps that leave room."""
    around = a_library()
    letters = [ContentVersion.model_validate(written) for written in (a_content("hf-webinar@1"), a_content("hf-sms@1", **TEXTS))]
    programme = a_journey(journey="nurse-programme", persona="ordinary", entry={"when": {"fact": "persona", "is": "ordinary"}})
    return a_library(
        contents={**around.contents, **{letter.ref: letter for letter in letters}},
        markets={market: a_market(market, weekly_cap=50) for market in ("SE", "UK")},
        strategies={**around.strategies, programme.journey: programme},
    )


TEXTS: dict[str, Any] = {"made_for": "sms", "texts": {"sv": "Hej! {{ unsubscribe }}"}, "letters": {}}
LIBRARY = the_library()


def clean(definition: Definition) -> bool:
    """Whether an author could have it signed."""
    text = json.dumps(definition.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return lint_text(text, name="pioneer.yaml", library=LIBRARY, now=NOW).ok


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
        assert rehearsed is not None
        assert rehearsed.ended is not None, "a definition that lints clean comes to an end"
        stage.name = rehearsed.script.enrolment
        run = await play_script(stage, definition, rehearsed.script, ends=True)
        assert tuple((note.step, note.way) for note in run.told(What.MOVED)) == rehearsed.path
        ended = run.position.ended
        assert ended is not None
        assert (ended.kind, ended.reason) == (rehearsed.ended.kind, rehearsed.ended.reason)
