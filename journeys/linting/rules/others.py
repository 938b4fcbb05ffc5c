"""Rules on other journeys: one that is started is in the library, and does not come round to start this one again."""

from collections.abc import Iterator

from journeys.definitions import Definition, JourneyStep
from journeys.linting.subject import Subject
from journeys.loading import Loc, Remark, did_you_mean


def unknown_journey(subject: Subject) -> Iterator[Remark]:
    """J215: a journey that is started must be known."""
    known = subject.library.strategies
    for loc, start in _started(subject.definition):
        if start not in known and start != subject.definition.journey:
            yield Remark(loc, f'there is no journey "{start}" in the library', did_you_mean(start, known) or "write it first")


def starts_itself(subject: Subject) -> Iterator[Remark]:
    """J216: a journey that starts itself, by itself or by way of others, would never end."""
    mine = subject.definition.journey
    for loc, start in _started(subject.definition):
        ring = _way_back(subject, start)
        if ring is not None:
            yield Remark(loc, f"this journey starts itself: {' → '.join((mine, *ring))}", "start another journey, or go on with a loop that is bounded")


def _started(definition: Definition) -> Iterator[tuple[Loc, str]]:
    for step_id, step in definition.steps.items():
        if isinstance(step, JourneyStep):
            yield ("steps", step_id, "journey", "start"), step.journey.start


def _way_back(subject: Subject, start: str) -> tuple[str, ...] | None:
    """The journeys from `start` to this one, each started by the one before."""
    mine = subject.definition.journey
    ahead: list[tuple[str, ...]] = [(start,)]
    seen = set[str]()
    while ahead:
        way = ahead.pop(0)
        if way[-1] == mine:
            return way
        other = subject.library.strategies.get(way[-1])
        if other is not None and way[-1] not in seen:
            seen.add(way[-1])
            ahead += [(*way, further) for _, further in _started(other)]
    return None
