"""One person's path told in full: every event, every move, and every check of the gate with its result."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from journeys.commands import Command, Deliver, Note
from journeys.policy import Check, Verdict
from journeys.shapes import Instant, Stored

if TYPE_CHECKING:
    from journeys.events import Event
    from journeys.rehearsal.members import Run


LineKind = Literal["begin", "event", "note", "command", "gate", "door"]


class Line(Stored):
    """One line of the trace. `checks` are those of the gate, in the order in which they were made."""

    at: Instant
    journey: str
    enrolment: str
    kind: LineKind
    what: str
    told: dict[str, str] = {}
    checks: tuple[Check, ...] = ()


class Trace:
    """Collects the lines of one person."""

    def __init__(self, person: str) -> None:
        self.person = person
        self.lines: list[Line] = []

    def advance(self, now: datetime, run: "Run", event: "Event | None", commands: Iterable[Command]) -> None:
        """An event was taken, and this came of it."""
        if run.member.person.id != self.person:
            return
        if event is None:
            self._line(now, run, "begin", run.part.journey, {})
        else:
            self._line(now, run, "event", event.is_, _fields(event))
        for command in commands:
            if isinstance(command, Note):
                self._line(now, run, "note", command.what, _fields(command, but=("what",)))
            else:
                self._line(now, run, "command", command.is_, _fields(command))

    def kept_out(self, now: datetime, person: str, journey: str, because: str) -> None:
        """The person did not come into a journey."""
        if person == self.person:
            self.lines.append(Line(at=now, journey=journey, enrolment="", kind="door", what=because))

    def judged(self, now: datetime, run: "Run", touch: Deliver, verdict: Verdict) -> None:
        """The gate was asked."""
        if run.member.person.id == self.person:
            told = {"key": touch.key, "content": str(touch.content)} | _fields(verdict, but=("verdict", "checks"))
            self._line(now, run, "gate", verdict.verdict, told, verdict.checks)

    def _line(self, now: datetime, run: "Run", kind: LineKind, what: str, told: dict[str, str], checks: tuple[Check, ...] = ()) -> None:
        self.lines.append(Line(at=now, journey=run.part.journey, enrolment=run.enrolment, kind=kind, what=what, told=told, checks=checks))


def _fields(model: Stored, *, but: tuple[str, ...] = ()) -> dict[str, str]:
    told = model.model_dump(mode="json", exclude={"is_", "id", "by", *but}, exclude_none=True, exclude_defaults=True)
    return {name: ", ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in told.items()}
