"""Everything that can happen to a run: what people command, what is heard from outside, what effects report, and the alarm."""

from typing import Annotated, Literal

from pydantic import Field

from journeys.conditions import Value
from journeys.definitions import Heard
from journeys.reasons import Reason
from journeys.shapes import Instant, Stored


class _Command(Stored):
    """What a person asks of a run. `id` is the idempotency key, `by` the user's id, `remark` the id of the words they gave, which are kept elsewhere."""

    id: str
    by: str
    remark: str | None = None


class Complete(_Command):
    is_: Literal["complete"] = "complete"
    task: str
    outcome: str
    channel: str | None = None
    """Where a visit took place: face_to_face, remote or phone."""
    persona: str | None = None
    """The persona that the conductor met, where it confirms or corrects the one on record."""
    inquiry: str | None = None
    """The recorded question that a medical hand-off stands on."""
    chosen: str | None = None
    """An offer taken instead of the outcome's own path."""


class Skip(_Command):
    is_: Literal["skip"] = "skip"
    task: str
    reason: str


class Snooze(_Command):
    is_: Literal["snooze"] = "snooze"
    task: str
    until: Instant


class Reassign(_Command):
    is_: Literal["reassign"] = "reassign"
    task: str
    to: str


class Choose(_Command):
    is_: Literal["choose"] = "choose"
    task: str
    offer: str
    inquiry: str | None = None


class Leave(_Command):
    is_: Literal["leave"] = "leave"
    reason: str


Command = Annotated[Complete | Skip | Snooze | Reassign | Choose | Leave, Field(discriminator="is_")]


class _Fact(Stored):
    """Something heard from outside; `id` is where it is stored, once."""

    id: str


class TouchHeard(_Fact):
    is_: Literal["touch_heard"] = "touch_heard"
    touch: str
    heard: Heard


class FactsChanged(_Fact):
    is_: Literal["facts_changed"] = "facts_changed"
    facts: dict[str, Value | None]


class ConsentWithdrawn(_Fact):
    is_: Literal["consent_withdrawn"] = "consent_withdrawn"
    channel: str


class ConsentGiven(_Fact):
    is_: Literal["consent_given"] = "consent_given"
    channel: str


class Objected(_Fact):
    is_: Literal["objected"] = "objected"


Fact = Annotated[TouchHeard | FactsChanged | ConsentWithdrawn | ConsentGiven | Objected, Field(discriminator="is_")]


class FactsLoaded(Stored):
    """The answer to AskFacts: how things stand now."""

    is_: Literal["facts_loaded"] = "facts_loaded"
    key: str
    facts: dict[str, Value | None]


class Settled(Stored):
    """The answer to Deliver. `unknown`: handed over, result not known; it is treated as sent, because it must never be sent again."""

    is_: Literal["settled"] = "settled"
    key: str
    result: Literal["sent", "unknown", "deferred", "refused"]
    reason: Reason | None = None
    until: Instant | None = None


class Alarm(Stored):
    """The time that `conductor.alarm` named has come."""

    is_: Literal["alarm"] = "alarm"


Event = Annotated[
    Complete
    | Skip
    | Snooze
    | Reassign
    | Choose
    | Leave
    | TouchHeard
    | FactsChanged
    | ConsentWithdrawn
    | ConsentGiven
    | Objected
    | FactsLoaded
    | Settled
    | Alarm,
    Field(discriminator="is_"),
]
