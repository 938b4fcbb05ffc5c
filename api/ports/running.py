"""The running journeys and the house around them: the clock, the conductors, the relay, the counts and its health."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from journeys.acceptance import Refused
from journeys.events import Command
from journeys.receipts import Receipt


class CommandRefusedError(Exception):
    """The run does not take the command; `refused` says why and what it would take."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.detail)
        self.refused = refused


class ConductorUnavailableError(Exception):
    """The run cannot be reached now, or has been requested and not started yet. The same command may be sent again with the same key."""


class Clock(Protocol):
    """Journey time. The expiry of tokens is counted in real time and does not ask this clock."""

    def now(self) -> datetime: ...


class Conductors(Protocol):
    """The running journeys."""

    async def command(self, enrolment_id: str, command: Command) -> Receipt:
        """Put a human command to a run, once under its id; the answer comes when the run has moved and its tasks are in the store.

        Raises CommandRefusedError and ConductorUnavailableError.
        """
        ...


class Relay(Protocol):
    async def nudge(self) -> int:
        """Hand over what the outbox holds, and return how many rows were. What cannot be handed over now is handed over later."""
        ...


class Counts(Protocol):
    def dropped(self, what: str, reason: str) -> None:
        """Count something that was refused, put off or taken for a repeat, by what it was and why, in codes."""
        ...

    def told(self) -> bytes:
        """Every counter of this process, in the text format of Prometheus."""
        ...


class Health(Protocol):
    async def troubles(self) -> Mapping[str, str]:
        """The parts that cannot be reached now, each with what to look at; empty when all is well."""
        ...
