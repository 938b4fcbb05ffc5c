"""All that a run remembers: one serialisable value that can be carried into a new history, and where in its definition it stands."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from journeys.conditions import Value
from journeys.durations import Calendar
from journeys.reasons import Reason
from journeys.shapes import Instant, Stored

INTERPRETER = 1
"""Raised when the same events may lead elsewhere; a run takes up a higher number only when it continues as new."""


class _Place(Stored):
    """Where a run stands: a step, the key of this passage through it, and since when."""

    step: str
    key: str
    since: Instant


class AtTask(_Place):
    """A human has it."""

    is_: Literal["task"] = "task"
    due: Instant
    snoozes: int = 0


class Sending(_Place):
    """The gate and the channel have it. `give_up` is when a touch that stays blocked is given up."""

    is_: Literal["sending"] = "sending"
    give_up: Instant
    by: str | None = None


class Held(_Place):
    """A touch was blocked and its step says wait: tried again at `retry`, given up at `give_up`."""

    is_: Literal["held"] = "held"
    reason: Reason
    retry: Instant
    give_up: Instant
    by: str | None = None


class Passing(_Place):
    """On the way through: nothing holds the run here but, at a branch, the answer that it asked for."""

    is_: Literal["passing"] = "passing"


class Waiting(_Place):
    """For one of these things to be heard of `touch`, or for the time to pass."""

    is_: Literal["waiting"] = "waiting"
    until: Instant
    touch: str | None = None


Place = Annotated[AtTask | Sending | Held | Passing | Waiting, Field(discriminator="is_")]


class EndKind(StrEnum):
    FINISHED = "finished"
    GOAL = "goal"
    EXIT_CONDITION = "exit_condition"
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
    place: Place | None = None
    passages: dict[str, int] = {}
    outcomes: dict[str, str] = {}
    latest_touch: str | None = None
    heard: dict[str, tuple[str, ...]] = {}
    """What was heard of each touch, from the moment that something could be."""
    answered: dict[str, tuple[str, ...]] = {}
    """What each waiting step has already moved on for, as `touch event`: a loop that waits again waits for something new."""
    withdrawn: tuple[str, ...] = ()
    inquiry: str | None = None
    seen: tuple[str, ...] = ()
    moves: int = 0
    """How many advances led to commands: with the enrolment, the key under which they are recorded once."""
    ended: Ending | None = None


def passage_key(enrolment: str, step: str, passage: int) -> str:
    """The name of one passage through a step: the id of its task, the key of its touch. It holds no personal data."""
    return f"{enrolment}.{step}.{passage}"


def step_of(key: str) -> str:
    """The step of a passage, by its name."""
    return key.split(".")[-2]
