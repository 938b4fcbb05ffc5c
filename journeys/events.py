"""Everything that can happen to a run: what people command, what is heard from outside, what effects report, and the alarm."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from journeys.conditions import Value
from journeys.definitions import Content, Heard
from journeys.durations import Calendar
from journeys.reasons import Reason
from journeys.shapes import Instant, Stored


class CatchUp(StrEnum):
    """What a run that was paused does about what fell due in the meantime."""

    SHIFT = "shift"
    SEND_LATEST = "send_latest"
    DROP = "drop"


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


class Retry(_Command):
    """An operator lets what a passage holds be tried again now."""

    is_: Literal["retry"] = "retry"
    passage: str
    reason: str


class GoOn(_Command):
    """An operator lets a passage end without what it waits for."""

    is_: Literal["go_on"] = "go_on"
    passage: str
    reason: str


class MoveTo(_Command):
    """An operator moves a line from a passage to another step of its own scope."""

    is_: Literal["move_to"] = "move_to"
    passage: str
    step: str
    reason: str


Command = Annotated[Complete | Skip | Snooze | Reassign | Choose | Leave | Retry | GoOn | MoveTo, Field(discriminator="is_")]


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


class ContentRecalled(_Fact):
    """A version of content was withdrawn: nothing goes out with it any more."""

    is_: Literal["content_recalled"] = "content_recalled"
    content: Content


class Objected(_Fact):
    is_: Literal["objected"] = "objected"


class Happened(_Fact):
    """An event of the outside, by its name, with its key (the appointment's id) and its typed fields."""

    is_: Literal["happened"] = "happened"
    event: str
    key: str | None = None
    fields: dict[str, Value] = {}


class InvitationChanged(_Fact):
    """What the touch invites to begins at another time now; None: it is called off."""

    is_: Literal["invitation_changed"] = "invitation_changed"
    touch: str
    starts: Instant | None = None


class RequestAnswered(_Fact):
    """Another system answered the request of that passage."""

    is_: Literal["request_answered"] = "request_answered"
    key: str
    answer: str


class JourneyEnded(_Fact):
    """The journey that the passage `key` started has ended: finished, goal, or ended in any other way."""

    is_: Literal["journey_ended"] = "journey_ended"
    key: str
    way: Literal["finished", "goal", "ended"]


class CalendarDrawn(_Fact):
    """The HCP's zone or working days are others now."""

    is_: Literal["calendar_drawn"] = "calendar_drawn"
    calendar: Calendar


class Paused(_Fact):
    """Nothing new begins until the pause of this name is lifted."""

    is_: Literal["paused"] = "paused"
    pause: str


class Resumed(_Fact):
    """A pause is lifted. When it was the last one, the run catches up: `shift` moves every deadline by the length of the pause,
    `send_latest` lets what fell due happen now, `drop` lets it happen without the touches that it would lead to."""

    is_: Literal["resumed"] = "resumed"
    pause: str
    catch_up: CatchUp


Fact = Annotated[
    TouchHeard
    | InvitationChanged
    | FactsChanged
    | ConsentWithdrawn
    | ConsentGiven
    | ContentRecalled
    | Objected
    | Happened
    | RequestAnswered
    | JourneyEnded
    | CalendarDrawn
    | Paused
    | Resumed,
    Field(discriminator="is_"),
]


class _Unnamed(Stored):
    """Made for this very run at this very moment, so it cannot come twice."""

    id: ClassVar[str | None] = None


class FactsLoaded(_Unnamed):
    """The answer to AskFacts: how things stand now."""

    is_: Literal["facts_loaded"] = "facts_loaded"
    key: str
    facts: dict[str, Value | None]


class Settled(_Unnamed):
    """The answer to Deliver. `unknown`: handed over, result not known; it is treated as sent, because it must never be sent again."""

    is_: Literal["settled"] = "settled"
    key: str
    result: Literal["sent", "unknown", "deferred", "refused"]
    reason: Reason | None = None
    until: Instant | None = None
    channel: str | None = None
    """By which it went, where it fell back to another than its own."""


class JourneyBegun(_Unnamed):
    """The answer to StartJourney: it has begun, or why it has not."""

    is_: Literal["journey_begun"] = "journey_begun"
    key: str
    refused: str | None = None


class Called(_Unnamed):
    """The answer to CallOut: `accepted` (an answer will come), `answered` at once, `failed` for good, or nothing said: to be called `again`."""

    is_: Literal["called"] = "called"
    key: str
    result: Literal["accepted", "answered", "failed", "again"]
    answer: str | None = None
    reason: str | None = None
    """Why it failed."""
    retry: Instant | None = None
    """When to call again."""


class Proceed(_Unnamed):
    """It is the next ready line's turn."""

    is_: Literal["proceed"] = "proceed"


class Alarm(_Unnamed):
    """The time that `conductor.alarm` named has come."""

    is_: Literal["alarm"] = "alarm"


Event = Annotated[
    Complete
    | Skip
    | Snooze
    | Reassign
    | Choose
    | Leave
    | Retry
    | GoOn
    | MoveTo
    | TouchHeard
    | InvitationChanged
    | FactsChanged
    | ConsentWithdrawn
    | ConsentGiven
    | ContentRecalled
    | Objected
    | Happened
    | RequestAnswered
    | JourneyEnded
    | CalendarDrawn
    | Paused
    | Resumed
    | FactsLoaded
    | Settled
    | JourneyBegun
    | Called
    | Proceed
    | Alarm,
    Field(discriminator="is_"),
]
