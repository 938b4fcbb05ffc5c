"""The activities of a run's life: each asks its port once and hands on what it says."""

import pytest
from temporalio.exceptions import ApplicationError

from activities.orders import FactsOrder, JourneyOrder, OpenOrder, TaskOrder
from activities.runs import RunActivities
from journeys.commands import AskFacts, OpenTask, StartJourney
from journeys.events import FactsLoaded, JourneyBegun
from journeys.state import INTERPRETER
from tests.activities.fakes import FakeRuns, StoppedClock
from tests.activities.orders import an_entry
from tests.builders import NOW, a_journey


def activities(runs: FakeRuns) -> RunActivities:
    return RunActivities(runs, StoppedClock())


async def test_a_run_is_opened_with_its_own_definition() -> None:
    """What the store read is what the run begins with, played by today's conductor; a history of before that was told was played by the first."""
    opened = await activities(FakeRuns()).open_run(OpenOrder(enrolment="enr1", at=NOW))
    assert (opened.definition, opened.interpreter) == (a_journey(), INTERPRETER)


async def test_a_run_that_is_not_known_fails_once() -> None:
    """Trying again would not help, so Temporal is told not to."""
    with pytest.raises(ApplicationError, match="no enrolment enr2") as failure:
        await activities(FakeRuns()).open_run(OpenOrder(enrolment="enr2", at=NOW))
    assert (failure.value.type, failure.value.non_retryable) == ("unknown_run", True)


async def test_an_advance_and_a_task_are_handed_to_the_store() -> None:
    """As they are, with the entry that they are recorded under."""
    runs = FakeRuns()
    task = TaskOrder(entry=an_entry(), task=OpenTask(key="enr1.first-visit.1", step="first-visit", kind="visit", due=NOW))
    await activities(runs).record(an_entry())
    await activities(runs).open_task(task)
    assert runs.recorded == [an_entry(), task]


async def test_facts_are_those_of_the_moment_of_asking() -> None:
    """The condition after a delay is judged on how things stand then, not on how they stood when the run began."""
    runs = FakeRuns()
    order = FactsOrder(entry=an_entry(), facts=AskFacts(key="enr1.which.1", names=("persona",)))
    assert await activities(runs).ask_facts(order) == FactsLoaded(key="enr1.which.1", facts={"persona": "pioneer"})
    assert runs.asked_at == [NOW]


async def test_another_journey_is_begun_or_said_why_not() -> None:
    """What stood in the way comes back as the answer of the passage that asked."""
    runs = activities(FakeRuns())
    begun = JourneyOrder(entry=an_entry(), journey=StartJourney(key="enr1.nurse.1", journey="nurse-programme", awaited=True))
    unknown = JourneyOrder(entry=an_entry(), journey=StartJourney(key="enr1.other.1", journey="elsewhere", awaited=False))
    assert await runs.start_journey(begun) == JourneyBegun(key="enr1.nurse.1")
    assert await runs.start_journey(unknown) == JourneyBegun(key="enr1.other.1", refused="no_such_journey")
