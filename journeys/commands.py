"""What the conductor asks of the world: at most one effect per advance, and the notes that tell what moved and why."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from journeys.definitions import Content
from journeys.shapes import Instant, Stored


class OpenTask(Stored):
    """Put a task before a human. `key` names the passage through the step and is the task's id."""

    is_: Literal["open_task"] = "open_task"
    key: str
    step: str
    kind: Literal["visit", "email", "medical"]
    due: Instant
    inquiry: str | None = None


class Deliver(Stored):
    """Ask the gate and, if it allows, send. `key` is the touch's key in the ledger; `by` is the rep who sends it, None when it is automatic."""

    is_: Literal["deliver"] = "deliver"
    key: str
    step: str
    channel: Literal["email"] = "email"
    content: Content
    to: Literal["hcp", "nurse"]
    by: str | None = None


class AskFacts(Stored):
    """Report how these facts stand now."""

    is_: Literal["ask_facts"] = "ask_facts"
    key: str
    names: tuple[str, ...]


Effect = Annotated[OpenTask | Deliver | AskFacts, Field(discriminator="is_")]


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


Command = Annotated[OpenTask | Deliver | AskFacts | Note, Field(discriminator="is_")]
