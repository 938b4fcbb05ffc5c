"""What the activities need of the house: Protocols that the store, the channels and the clock implement, and that tests fake."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from activities.orders import CallOrder, Entry, FactsOrder, JourneyOrder, LetterOrder, MoveOrder, Opened, OpenOrder, TaskOrder, TouchOrder
from journeys.conditions import Value
from journeys.events import Called
from journeys.policy import Verdict
from journeys.shapes import Instant, Stored


class Clock(Protocol):
    def now(self) -> datetime:
        """Journey time."""
        ...

    def later(self, real: timedelta) -> datetime:
        """What journey time will be after that much real time."""
        ...


class Invitation(Stored):
    """What the calendar of an invited reader is told."""

    uid: str
    starts: Instant
    ends: Instant
    organiser: str
    """The name under which the sender invites."""
    where: str | None = None
    """The address of the room, where the meeting is remote."""
    sequence: int = 0
    """How often it was changed since it was sent (RFC 5546, section 2.1.4)."""
    called_off: bool = False


class Message(Stored):
    """A message ready to be handed over. It holds personal data, so it lives in memory only: never in a payload, never in a log."""

    key: str
    message_id: str
    sender: str
    to: str
    """An e-mail address, or a mobile number, as the channel asks."""
    text: str
    language: str
    subject: str | None = None
    html: str | None = None
    """Only an e-mail has a subject and HTML."""
    headers: dict[str, str] = {}
    invitation: Invitation | None = None
    code: str | None = None
    """The touch's short name, where the links of the message are too short to carry its key."""
    content: str | None = None
    """The approved content that it was composed from, such as hf-dialogue@2."""
    tokens: dict[str, str] = {}
    """What was filled in, by the token's name, for a provider that keeps the approved text itself and fills it in."""
    attempt: int = 0
    """Which attempt of its touch this is; nought where it is the message of no touch. Whoever hands over a later one has taken the touch over."""

    @property
    def digest(self) -> str:
        """SHA-256 of what it says and to whom: the same at every attempt that would say the same."""
        return sha256(self.model_dump_json(exclude={"attempt"}).encode()).hexdigest()

    @property
    def idempotency_key(self) -> str:
        """What a provider is told that takes such a key: the same for every attempt of one touch, another for any other. It is the Message-ID's hash, so
        that nobody reads a run's or a person's id from it."""
        return self.message_id.strip("<>").partition("@")[0]


class Handover(StrEnum):
    """What a channel knows after it was given a message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """For good: the same message will never be taken."""
    DOWN = "down"
    """Nothing was taken; the same message may be offered again."""
    UNKNOWN = "unknown"
    """It was handed over and no answer came: perhaps taken, perhaps not."""


class Handed(Stored):
    """What a channel answers when it was given a message."""

    result: Handover
    provider_id: str | None = None
    """The id by which the provider knows the message, where it told one."""
    retry_after: timedelta | None = None
    """Of what was not taken: after how much real time the provider asks to be offered it again, where it says when."""
    trouble: str | None = None
    """A short code of what went wrong, such as http_503; never words of the provider, which may name the recipient."""
    unsubscribed: bool = False
    """Of what was refused: because the recipient has told the provider that nothing more is to come."""


CHANNEL_SLOW = "channel_slow"
"""The trouble of a message that was not offered, because its channel has as much to do as it may."""


RESERVED = "reserved"
"""The state of a touch whose intent is written and whose result is not: it may have been handed over."""


TAKEN_BACK = "taken_back"
"""The trouble of a message that was kept back at the last look: nothing of it went out."""


class LastLook(Protocol):
    """Whether a message may still go. A channel asks in the moment before it cannot be recalled any more, so that however long the conversation took, what
    was taken back in the meantime does not go out, nor what somebody else has taken over."""

    async def may_go(self, message: Message) -> bool:
        """Whether nobody has taken consent back, objected or gone since the touch passed the gate, and this attempt of it is still the one that stands.
        What cannot be looked up may not go."""
        ...


class Channel(Protocol):
    async def send(self, message: Message) -> Handed:
        """Offer the message once. Never raises for what a channel can do wrong, and never tries twice."""
        ...

    async def arrived(self, message_id: str) -> bool | None:
        """Whether a message with this id was taken, as far as the provider can be asked; None where it cannot."""
        ...


class Reservation(Stored):
    """What the ledger said: a message to hand over, or a verdict that blocks it.

    `earlier` is the state in which an earlier attempt left the touch, with the `message_id` it would have handed over.
    """

    message: Message | None = None
    blocked: Verdict | None = None
    earlier: str | None = None
    message_id: str | None = None
    channel: str | None = None
    """By which it goes, or may have gone, where the order names several."""


class Ledger(Protocol):
    async def reserve(self, order: TouchOrder | LetterOrder, *, now: datetime) -> Reservation:
        """In one transaction: record the entry, where the order is a run's, lock the recipient, judge, and write the intent under the touch's key."""
        ...

    async def settle(self, key: str, handed: Handed, *, now: datetime, offered: bool = True, attempt: int | None = None) -> bool:
        """Write the result of an attempt, and whether the channel was `offered` the message just now. None: the attempt that stands. Settling what is
        settled changes nothing, nor does what an attempt says of itself that another has taken over: then it is False. But what was accepted was, however
        late it is told."""
        ...


class Runs(Protocol):
    async def open(self, order: OpenOrder) -> Opened:
        """Read the definition, calendar and facts of an enrolment and mark it as running. Raises `UnknownRun`."""
        ...

    async def record(self, entry: Entry) -> None:
        """Record an advance once; a repeat changes nothing."""
        ...

    async def open_task(self, order: TaskOrder) -> None:
        """Record the advance and put the task before its assignee, in one transaction."""
        ...

    async def facts(self, order: FactsOrder, *, now: datetime) -> dict[str, Value | None]:
        """Record the advance and report how the facts stand at `now`."""
        ...

    async def start_journey(self, order: JourneyOrder, *, now: datetime) -> str | None:
        """Record the advance and enter the HCP in the other journey, by its own rules. Returns the code of what stood in the way, or None."""
        ...

    async def move(self, order: MoveOrder) -> None:
        """Record the advance and have the enrolment name the version that the run is on from here, in one transaction."""
        ...


class Requests(Protocol):
    async def call(self, order: CallOrder, *, attempt: int) -> Called:
        """Record the advance and make the call. Raises Unanswered where the other system said nothing that stands, so that it is asked again."""
        ...


class Unanswered(Exception):
    """Another system could not be reached, or asks to be asked again: after `retry_after` of real time, where it says when."""

    def __init__(self, trouble: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(trouble)
        self.retry_after = retry_after


class Progress(Stored):
    """How far an operation over many runs has come."""

    over: bool
    rest: float
    """Seconds until it should go on."""


class Operators(Protocol):
    async def carry_on(self, operation: str) -> Progress:
        """Act on the next runs of an operation, as many as its pace allows for one second, each once; a repeat goes on where it stopped."""
        ...


class SafetyProgress(Stored):
    """How a safety case stands after a look at it."""

    over: bool
    """Drug safety has acknowledged it."""
    next: Instant | None = None
    """The journey time at which something is due next."""
    rest: float | None = None
    """Seconds of real time until what was not taken is offered again."""


class SafetyOffice(Protocol):
    async def look_after(self, case: str, *, at: datetime) -> SafetyProgress:
        """Do what is due for a case at journey time `at`: hand it over, remind, escalate. What cannot be handed over is told by `rest`; only the store's own
        failure raises."""
        ...


class Counts(Protocol):
    def dropped(self, what: str, reason: str) -> None:
        """Count something that was refused, put off or given up, by what it was and why, in codes."""
        ...


class UnknownRun(LookupError):
    """There is no such enrolment, or its definition is not in the store."""
