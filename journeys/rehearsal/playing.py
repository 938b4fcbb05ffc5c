"""A whole rehearsal: everybody in turn, circle by circle, and the counts of all made into one report."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from journeys.rehearsal.people import Person, circles
from journeys.rehearsal.report import Report, report
from journeys.rehearsal.room import Room
from journeys.rehearsal.stage import Stage
from journeys.rehearsal.tally import Tally
from journeys.rehearsal.tracing import Line, Trace


class UnknownPersonError(Exception):
    """Nobody in the rehearsal has this id."""

    def __init__(self, person: str, people: Iterable[Person]) -> None:
        some = ", ".join(one.id for one, _ in zip(people, range(3), strict=False))
        super().__init__(f"nobody here is {person}: the people are called like {some}")


def rehearse(stage: Stage, people: Iterable[Person]) -> Report:
    """Play the stage's strategies over the people. The same arguments give the same report, to the byte."""
    tally, everybody = Tally(start=stage.start), circles(people)
    with _settled():
        for circle in everybody:
            room = Room(stage, circle, tally)
            room.play()
            room.clear()
    return report(stage, tally)


@contextmanager
def _settled() -> Iterator[None]:
    """No collector meanwhile: what is there before the play is there after it, and each circle is taken apart when it ends, so that nothing waits for one."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def trace(stage: Stage, people: Iterable[Person], person: str) -> tuple[Line, ...]:
    """One person's path, as it is in the rehearsal of all: people of other circles do not touch it. Raises UnknownPersonError."""
    known = list(people)
    circle = next((circle for circle in circles(known) if any(one.id == person for one in circle)), None)
    if circle is None:
        raise UnknownPersonError(person, known)
    told = Trace(person)
    Room(stage, circle, Tally(start=stage.start), trace=told).play()
    return tuple(told.lines)
