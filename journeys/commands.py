"""What the conductor asks of the world: at most one effect per advance, the acts that are done as they are written down, and the notes
that tell what moved and why."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from journeys.definitions import Content, Route
from journeys.shapes import Instant, Stored

TaskKind = Literal["visit", "email", "message", "invite", "medical", "escalate"]


class OpenTask(Stored):
    """Put a task before a human. `key` names the passage through the step and is the task's id."""

    is_: Literal["open_task"] = "open_task"
    key: str
    step: str
    kind: TaskKind
    due: Instant
    inquiry: str | None = None
    about: str | None = None
    """The step on whose behalf an escalation is raised."""


class Deliver(Stored):
    """Ask the gate and, if it allows, send. `key` is the touch's key in the ledger; `by` is the rep who sends it, None when it is automatic."""

    is_: Literal["deliver"] = "deliver"
    key: str
    step: str
    channel: str = "email"
    content: Content
    to: Literal["hcp", "nurse"]
    by: str | None = None
    starts: Instant | None = None
    """When what an invitation invites to begins."""
    ends: Instant | None = None
    instead: tuple[Route, ...] = ()
    """Further channels, of which the first that the gate allows will do: the one that the recipient prefers, then in this order, `channel` first."""


class AskFacts(Stored):
    """Report how these facts stand now."""

    is_: Literal["ask_facts"] = "ask_facts"
    key: str
    names: tuple[str, ...]


class StartJourney(Stored):
    """Enter the HCP in another journey, by its own rules. `awaited`: tell the passage `key` when it has ended."""

    is_: Literal["start_journey"] = "start_journey"
    key: str
    journey: str
    awaited: bool


class CallOut(Stored):
    """Send a signed request to another system under an idempotency key, which is the passage's."""

    is_: Literal["call_out"] = "call_out"
    key: str
    step: str
    to: str
    facts: tuple[str, ...]
    """The names of the facts that the other system is told."""
    answers: tuple[str, ...]
    until: Instant
    tries: int | None = None
    """How often it was sent before, in vain; None the first time."""


Effect = Annotated[OpenTask | Deliver | AskFacts | StartJourney | CallOut, Field(discriminator="is_")]


class Learn(Stored):
    """Write down what the journey has learnt of the HCP; a stage or persona is proposed to a human, never set."""

    is_: Literal["learn"] = "learn"
    key: str
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    channel_preference: str | None = None
    propose_stage: str | None = None
    propose_persona: str | None = None


class Tell(Stored):
    """Put a line before a colleague. Its words are the definition's, read by step."""

    is_: Literal["tell"] = "tell"
    key: str
    step: str
    whom: str


class StopJourney(Stored):
    """The line that awaited the journey started at the passage `key` is no more: that journey ends with it."""

    is_: Literal["stop_journey"] = "stop_journey"
    key: str


Act = Annotated[Learn | Tell | StopJourney, Field(discriminator="is_")]
"""Done in the very transaction that writes the advance down, so it needs no answer."""


class What(StrEnum):
    BEGAN = "began"
    MOVED = "moved"
    TASK_CLOSED = "task_closed"
    SNOOZED = "snoozed"
    REASSIGNED = "reassigned"
    PERSONA_CONFIRMED = "persona_confirmed"
    PERSONA_CORRECTED = "persona_corrected"
    HELD = "held"
    BLOCKED = "blocked"
    SENT = "sent"
    HEARD = "heard"
    WAITING = "waiting"
    RESCHEDULED = "rescheduled"
    SPLIT = "split"
    EXHAUSTED = "exhausted"
    HAPPENED = "happened"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    RESUMED = "resumed"
    MIGRATED = "migrated"
    REPAIRED = "repaired"
    FEEDBACK = "feedback"
    CONSENT = "consent"
    OBJECTED = "objected"
    """What a rep made of the run's suggestion in the CRM: noted by the house, never by a run."""
    ENDED = "ended"


NOT_CONTINUED = "not_continued_"
"""How the way of an ending begins that another persona's strategy could not follow; the code of what stood in the way comes after it."""


class Note(Stored):
    """One line of a run's story: what happened at which step, along which way, for which reason and by whom. Ids and codes only."""

    is_: Literal["note"] = "note"
    what: What
    step: str | None = None
    key: str | None = None
    way: str | None = None
    """The way taken: an outcome, `overdue`, `timeout`, an event heard, `offer`, …"""
    to: str | None = None
    """Where it led: a step, a user, a persona, a task's closing status."""
    reason: str | None = None
    until: Instant | None = None
    by: str | None = None
    remark: str | None = None
    channel: str | None = None


Command = Annotated[OpenTask | Deliver | AskFacts | StartJourney | CallOut | Learn | Tell | StopJourney | Note, Field(discriminator="is_")]
