"""Moving a run in the hand to another version of its journey, as the workflow does."""

from typing import Any

from hypothesis import strategies as st

from journeys import events as on
from journeys.conductor import ready
from journeys.definitions import Definition
from journeys.migration import Moved, Transfer, Unmovable, migrate
from tests.journeys.playing import Run, a_journey
from tests.journeys.wholes import happen

PICKS = st.lists(st.integers(0, 10_000), max_size=20)


def an_order(run: Run, new: Definition, mapping: dict[str, str] | None = None, **told: Any) -> Transfer:
    """An order to move the run to `new`, with the facts as the run knows them."""
    given: dict[str, Any] = {"id": "order", "by": "user-marketing", "definition": new, "source": run.definition.digest, "began": run.begun_at}
    return Transfer(**{**given, "mapping": mapping or {}, "facts": dict(run.state.facts), **told})


def moved(run: Run, new: Definition, mapping: dict[str, str] | None = None, **told: Any) -> Moved:
    """Move the run, and let it be on the new version from here on, as the workflow does."""
    came_to = migrate(run.state, an_order(run, new, mapping, **told), old=run.definition, now=run.now)
    assert isinstance(came_to, Moved), came_to
    run.definition, run.state = new, came_to.state
    if ready(run.state):
        run.take(on.Proceed())
    return came_to


def refused(run: Run, new: Definition, mapping: dict[str, str] | None = None, **told: Any) -> Unmovable:
    before = run.state.model_dump_json()
    came_to = migrate(run.state, an_order(run, new, mapping, **told), old=run.definition, now=run.now)
    assert isinstance(came_to, Unmovable), came_to
    assert run.state.model_dump_json() == before
    return came_to


def v2(steps: dict[str, Any], /, **changes: Any) -> Definition:
    return a_journey(steps, version=2, **changes)


def played(definition: Definition, picks: list[int]) -> Run:
    """A run to which a few things happened."""
    run = Run(definition, facts={"decile": 1, "congress_attended_on": "2026-03-10"})
    for pick in picks:
        if run.state.ended is None:
            happen(run, pick)
    return run
