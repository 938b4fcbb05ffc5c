"""All that a run remembers: one serialisable value that can be carried into a new history, and where in its definition it stands."""

from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, model_validator

from journeys.conditions import Value
from journeys.durations import Calendar
from journeys.reasons import Reason
from journeys.shapes import Instant, Stored, made

INTERPRETER = 2
"""Raised when the same events may lead elsewhere. A run begins with the number that its first act told, and takes up a higher one only when it
continues as new. From 2 on an outcome acts at once, a question goes with its own line, each wait has a memory of its own, and what changes by the
passing of time is asked for once a day."""

MAIN = ""
"""The line that every run has. The lines of a `parallel` are named after it: `both.rep`, and within it `both.rep/inner.nurse`."""


class _Place(Stored):
    """Where a line of the run stands: a step, the key of this passage through it, and since when."""

    step: str
    key: str
    since: Instant
    line: str = MAIN
    late: bool = False
    """On its way because of something that fell due during a pause and is not made up for: no touch goes out before the line rests."""


class AtTask(_Place):
    """A human has it."""

    is_: Literal["task"] = "task"
    due: Instant
    snoozes: int = 0
    inquiry: str | None = None
    """The question that is before medical. If the task is taken back, the run has it again."""


class Sending(_Place):
    """The gate and the channel have it. `give_up` is when a touch that stays blocked is given up."""

    is_: Literal["sending"] = "sending"
    give_up: Instant
    by: str | None = None
    fallen_back: bool = False
    """Its own channel was refused, and those instead of it are being tried."""


class Held(_Place):
    """A touch was blocked and its step says wait, or another system says nothing: tried again at `retry`, given up at `give_up`."""

    is_: Literal["held"] = "held"
    reason: Reason
    retry: Instant
    give_up: Instant
    by: str | None = None
    tries: int = 0
    """How often another system has been asked in vain."""


class Passing(_Place):
    """On the way through: nothing holds the line here but the answer that it asked for, of the facts, another journey or another system."""

    is_: Literal["passing"] = "passing"
    until: Instant | None = None
    """By when another system that was asked before must have answered; from its step's time where it is asked for the first time."""
    tries: int = 0


class Ready(_Place):
    """At the door of a step, to be entered in its turn: another line's effect is under way, or the run is paused."""

    is_: Literal["ready"] = "ready"
    inquiry: str | None = None
    """The HCP's question with which a human's report came here: for a hand-off to medical, and for no other step."""


class Waiting(_Place):
    """For what the step waits for, or for the time to pass. `touch` is the one of which something is to be heard."""

    is_: Literal["waiting"] = "waiting"
    until: Instant
    touch: str | None = None
    stage: Literal["answer", "attendance"] | None = None
    """What of an invitation is waited for."""
    starts: Instant | None = None
    """When what it invites to begins, where that was changed after it was sent."""


class Joining(_Place):
    """For the lines of a parallel step to come to their join; `joined` are those that have."""

    is_: Literal["joining"] = "joining"
    joined: tuple[str, ...] = ()


Place = Annotated[AtTask | Sending | Held | Passing | Ready | Waiting | Joining, Field(discriminator="is_")]


class Entered(Stored):
    """The event by which the HCP came in, with its key and fields."""

    event: str
    key: str | None = None
    fields: dict[str, Value] = {}


class Occurrence(Stored):
    """An event of the outside that the run has heard of and that a step may yet wait for."""

    id: str
    event: str
    key: str | None = None
    fields: dict[str, Value] = {}


class EndKind(StrEnum):
    FINISHED = "finished"
    GOAL = "goal"
    EXIT_CONDITION = "exit_condition"
    EXIT_EVENT = "exit_event"
    HORIZON = "horizon"
    HELD_OUT = "held_out"
    BLOCKED = "blocked"
    OBJECTED = "objected"
    LEFT = "left"
    NOT_ELIGIBLE = "not_eligible"
    FAULT = "fault"


class Ending(Stored):
    kind: EndKind
    reason: str
    continue_with: str | None = None
    """The persona whose strategy takes the HCP over, where the exit step says so."""


class State(Stored):
    interpreter: int = INTERPRETER
    enrolment: str
    calendar: Calendar
    facts: dict[str, Value | None]
    places: tuple[Place, ...] = ()
    """One for each line, the main line first, then in the order in which they began. Empty after the end."""
    passages: dict[str, int] = {}
    keys: dict[str, str] = {}
    """The keys of passages that began before their step was renamed, by what they would be now."""
    outcomes: dict[str, str] = {}
    latest: dict[str, str] = {}
    """The latest touch of each line."""
    heard: dict[str, tuple[str, ...]] = {}
    """What was heard of each touch, from the moment that something could be."""
    answered: dict[str, tuple[str, ...]] = {}
    """What each waiting step has already moved on for, as `touch event` or an event's id: a loop that waits again waits for something new."""
    entered: Entered | None = None
    happened: tuple[Occurrence, ...] = ()
    """The latest events of the outside that a step may wait for."""
    withdrawn: tuple[str, ...] = ()
    inquiry: str | None = None
    """A question whose hand-off was taken back: the next that comes without one takes it up. The first interpreter kept here the latest that any report
    brought; since then each goes with its own line, to the door of its hand-off."""
    ends_by: Instant | None = None
    """The journey's horizon."""
    look_again: Instant | None = None
    """When facts are asked for again that change by the passing of time alone."""
    pauses: dict[str, Instant] = {}
    """What holds the whole run, and since when."""
    caught_up: Instant | None = None
    """What fell due up to then, during a pause, is not made up for."""
    seen: tuple[str, ...] = ()
    moves: int = 0
    """How many advances led to commands: with the enrolment, the key under which they are recorded once."""
    ended: Ending | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_one_line(cls, stored: Any) -> Any:
        """A state of an interpreter that knew the main line alone had one place and one latest touch."""
        if isinstance(stored, dict) and "place" in stored:
            place, touch = stored.get("place"), stored.get("latest_touch")
            return {**stored, "places": [place] if place else [], "latest": {MAIN: touch} if touch else {}}
        return stored

    def on(self, line: str) -> Place | None:
        """Where a line stands; None where there is no such line."""
        for place in self.places:
            if place.line == line:
                return place
        return None

    def at(self, key: str) -> Place | None:
        """The place of a passage, by its key."""
        for place in self.places:
            if place.key == key:
                return place
        return None

    def key_of(self, step: str, passage: int) -> str:
        """The key of one passage through a step, which it keeps when the step is renamed."""
        name = passage_key(self.enrolment, step, passage)
        return self.keys.get(name, name)

    def step_of(self, key: str) -> str:
        """The step of a passage, by the name that it has now."""
        return step_of(next((name for name, kept in self.keys.items() if kept == key), key))

    @property
    def ready(self) -> Ready | None:
        """The line at a door whose turn it is; None while the run is paused, and while an effect is under way, whose answer comes first."""
        known, first = vars(self), None
        for place in known["places"] if not known["pauses"] else ():
            if place.is_ == "ready":
                first = first or place
            elif place.is_ == "sending" or place.is_ == "passing":  # noqa: PLR1714 - so that mypy follows
                return None
        return first

    @property
    def place(self) -> Place | None:
        """Where the main line stands."""
        return self.on(MAIN)


def passage_key(enrolment: str, step: str, passage: int) -> str:
    """The name of one passage through a step: the id of its task, the key of its touch. It holds no personal data."""
    return f"{enrolment}.{step}.{passage}"


def step_of(key: str) -> str:
    """The step of a passage, by the name that it had when the passage began."""
    return key.split(".")[-2]


def line_of(parent: str, step: str, branch: str) -> str:
    """The name of a line of a parallel step that the line `parent` plays."""
    here = f"{step}.{branch}"
    return here if parent == MAIN else f"{parent}/{here}"


def parent_of(line: str) -> str:
    """The line in which the parallel step of `line` is played."""
    return line.rpartition("/")[0]


def inside(line: str, outer: str) -> bool:
    """Whether a line is one of those that are played within a parallel step of the line `outer`."""
    return line != outer and (outer == MAIN or line.startswith(f"{outer}/"))


def inquiry_of(place: Place | None) -> str | None:
    """The HCP's question that a line has with it, on its way to a hand-off or there."""
    return place.inquiry if isinstance(place, AtTask | Ready) else None


P = TypeVar("P", AtTask, Sending, Held, Passing, Waiting, Joining)


def settled(kind: type[P], place: Place, **more: Any) -> P:
    """The same passage in another kind of place."""
    here = vars(place)
    return made(kind, {"step": here["step"], "key": here["key"], "since": here["since"], "line": here["line"], **more})
