"""Every packaged strategy is rehearsed over a population: it runs to its ends, inside the cap, and somebody reaches every step."""

from collections.abc import Iterable
from functools import cache

import pytest

from journeys.definitions import Definition, JourneyStep
from journeys.library import PACKAGED, read_library
from journeys.rehearsal import Person, Report, Stage, packaged_behaviour, populate, rehearse, territories
from tests.journeys.rehearsal.stages import START

LIBRARY = read_library(PACKAGED)
POPULATION, WEEKS = 3000, 78

NOT_REACHED: dict[tuple[str, str], str] = {
    ("hospital-pharmacist", "answer-is-late"): "there are few hospital pharmacists, and medical is seldom late with their questions",
    ("traditional", "ask-consent"): "reached only where consent is withdrawn in the hours between the branch on it and the mail",
}
"""Steps that a population of this size need not reach, each with the reason."""


@cache
def _people() -> tuple[Person, ...]:
    return populate(packaged_behaviour().population, count=POPULATION, seed=1, start=START, markets=LIBRARY.markets)


@cache
def _rehearsed(journey: str) -> Report:
    """The strategy alone, with the journeys that its steps start."""
    habits = packaged_behaviour()
    definitions = tuple(_with_inner(LIBRARY.strategies[journey]))
    stage = Stage(definitions, LIBRARY.contents, LIBRARY.markets, habits, START, WEEKS, 1, territories(habits.population))
    return rehearse(stage, _people())


def _with_inner(definition: Definition) -> Iterable[Definition]:
    yield definition
    started = dict.fromkeys(step.journey.start for step in definition.steps.values() if isinstance(step, JourneyStep))
    yield from (LIBRARY.strategies[journey] for journey in started if journey in LIBRARY.strategies and journey != definition.journey)


@pytest.mark.parametrize("journey", sorted(LIBRARY.strategies))
def test_a_packaged_strategy_passes_its_rehearsal(journey: str) -> None:
    """Nobody's run ends as a fault or goes on beyond the journey's horizon, and no promotion goes out over the cap."""
    report = _rehearsed(journey)
    told = next(each for each in report.journeys if each.journey == journey)
    horizon = LIBRARY.strategies[journey].horizon
    assert told.entered >= 50, "too few HCPs come in to say anything"
    assert not [end for end in told.ends if end.kind == "fault"]
    assert told.oldest_days <= (horizon.roughly.days * 1.1 if horizon is not None else 0)
    assert report.pressure.sent_over_cap == 0


@pytest.mark.parametrize("journey", sorted(LIBRARY.strategies))
def test_somebody_reaches_every_step_of_a_packaged_strategy(journey: str) -> None:
    """A step that nobody reaches is a mistake, or its reason is written down here."""
    told = next(each for each in _rehearsed(journey).journeys if each.journey == journey)
    assert [step for step in told.not_reached if (journey, step) not in NOT_REACHED] == []


def test_the_reasons_are_of_steps_that_exist() -> None:
    """A reason for a step that is gone, or that people do reach, is taken away again."""
    for journey, step in NOT_REACHED:
        assert step in LIBRARY.strategies[journey].steps
