"""How long a rehearsal takes: the pioneer strategy offered for 26 weeks to the HCPs of the packaged population, one in eight of whom is a pioneer who comes
in; and then to as many who are all pioneers and physicians, so that as good as everybody comes in. One core: CPU time of this process is measured, not the
clock on the wall. Figures of one machine say little, so the same run also times a loop of plain Python before and after: the ratio is what may be compared."""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from journeys.library import PACKAGED, read_library
from journeys.rehearsal import Behaviour, Stage, packaged_behaviour, populate, rehearse, territories
from orchestrator.calendars import public_holidays

START = datetime(2026, 3, 2, tzinfo=UTC)
GOAL = 6.0
"""Seconds for 10,000 HCPs of the packaged population over 26 weeks."""
TURNS = 2_000_000
"""Of the loop that the rehearsal is compared with."""

T = TypeVar("T")


def measure(hcps: int, weeks: int, journey: str, *, everybody: bool) -> None:
    """Invent the people, rehearse, and print the figures. `everybody`: only HCPs of whom as good as all come in."""
    library = read_library(PACKAGED)
    definition = library.strategies[journey]
    packaged = packaged_behaviour()
    habits = _all(packaged, definition.persona) if everybody and definition.persona is not None else packaged
    holidays = {policy.country: public_holidays(policy.country, START.year) for policy in library.markets.values()}
    stage = Stage((definition,), library.contents, library.markets, habits, START, weeks, 1, territories(habits.population), holidays)
    before, _ = _timed(_loop)
    inventing, people = _timed(lambda: populate(habits.population, count=hcps, seed=1, start=START, markets=library.markets))
    playing, report = _timed(lambda: rehearse(stage, people))
    after, _ = _timed(_loop)
    loop, whole = (before + after) / 2, inventing + playing
    passages = sum(step.passages for step in report.journeys[0].steps)
    print(f"{hcps} HCPs, {weeks} weeks of {journey}: {report.journeys[0].entered} came in, {passages} steps were entered")
    print(f"inventing {inventing:.2f} s, rehearsing {playing:.2f} s, together {whole:.2f} s of CPU time ({whole / hcps * 1e6:.0f} µs per HCP)")
    print(f"a loop of {TURNS} turns of plain Python: {before:.3f} s before, {after:.3f} s after; rehearsal / loop: {whole / loop:.1f}")
    if (hcps, weeks, journey, everybody) == (10_000, 26, "pioneer", False):
        print(f"the goal of {GOAL:.0f} s is {'met' if whole < GOAL else 'missed'} on this machine")


def _all(behaviour: Behaviour, persona: str) -> Behaviour:
    """The same behaviour with a population of physicians of one persona alone."""
    population = behaviour.population
    alone = population.model_copy(update={"personas": {persona: population.personas[persona]}, "professions": {"physician": 1.0}})
    return behaviour.model_copy(update={"population": alone})


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


def _loop() -> int:
    number = 0
    for turn in range(TURNS):
        number = (number * 31 + turn) & 0xFFFF
    return number


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hcps", type=int, default=10_000, help="how many HCPs to invent (default: 10,000)")
    parser.add_argument("--weeks", type=int, default=26, help="how long to play (default: 26)")
    parser.add_argument("--journey", default="pioneer", help="which packaged strategy (default: pioneer)")
    given = parser.parse_args()
    for everybody in (False, True):
        measure(given.hcps, given.weeks, given.journey, everybody=everybody)
