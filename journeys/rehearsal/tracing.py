"""One person's path told in full: every question at the door, every event, every move, and every check of the gate with its result and its grounds."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from journeys.commands import Command, Deliver, Note
from journeys.events import Event
from journeys.policy import Check, Verdict
from journeys.shapes import Instant, Stored

if TYPE_CHECKING:
    from journeys.rehearsal.members import Run


LineKind = Literal["begin", "event", "note", "command", "gate", "door"]


class Question(Stored):
    """One question of the door: what was asked, what was known, and the code of the no where it was one."""

    asked: str
    told: str = ""
    refused: str | None = None


class Line(Stored):
    """One line of the trace: an event that a run took, a note or a command that came of it, an answer of the gate, or one of the door."""

    at: Instant
    journey: str
    enrolment: str
    kind: LineKind
    what: str
    event: Event | None = None
    command: Command | None = None
    """What the conductor noted or asked for; of a line of the gate, the touch that was judged."""
    verdict: Verdict | None = None
    questions: tuple[Question, ...] = ()
    """Those of the door, up to the first no."""

    @property
    def checks(self) -> tuple[Check, ...]:
        """Those of the gate, in the order in which they were made."""
        return self.verdict.checks if self.verdict is not None else ()


class Trace:
    """Collects the lines of one person."""

    def __init__(self, person: str) -> None:
        self.person = person
        self.lines: list[Line] = []

    def advance(self, now: datetime, run: "Run", event: Event | None, commands: Iterable[Command]) -> None:
        """An event was taken, and this came of it."""
        if run.member.person.id != self.person:
            return
        if event is None:
            self._add(_line(now, run, "begin", run.part.journey))
        else:
            self._add(_line(now, run, "event", event.is_, event=event))
        for command in commands:
            if isinstance(command, Note):
                self._add(_line(now, run, "note", command.what, command=command))
            else:
                self._add(_line(now, run, "command", command.is_, command=command))

    def door(self, now: datetime, person: str, journey: str, questions: Iterable[Question]) -> None:
        """The person was to come into a journey, and this was asked. Where all was well it does, at once or when its turn comes."""
        if person == self.person:
            asked = tuple(questions)
            refused = next((question.refused for question in asked if question.refused is not None), None)
            self._add(Line(at=now, journey=journey, enrolment="", kind="door", what=refused or "welcome", questions=asked))

    def judged(self, now: datetime, run: "Run", touch: Deliver, verdict: Verdict) -> None:
        """The gate was asked. Each of its checks tells what it saw."""
        if run.member.person.id == self.person:
            self._add(_line(now, run, "gate", verdict.verdict, command=touch, verdict=verdict))

    def _add(self, line: Line) -> None:
        self.lines.append(line)


def _line(now: datetime, run: "Run", kind: LineKind, what: str, **told: Any) -> Line:
    return Line(at=now, journey=run.part.journey, enrolment=run.enrolment, kind=kind, what=what, **told)
