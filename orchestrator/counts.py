"""Counts whatever is dropped on its way: refused, put off, given up, or taken for a repeat. Every path that ends without what was asked for counts it here,
by what it was and why, so that nothing is swallowed in silence. A process has one set of counters, as it has one log; labels hold codes alone, never an id."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from prometheus_client import Counter, Gauge, generate_latest, start_http_server
from sqlmodel.ext.asyncio.session import AsyncSession

from orchestrator.settings import SettingsInvalidError


class Dropped(StrEnum):
    """What was dropped. docs/operating.md tells each one."""

    EVENT = "event"
    ENTRY_BY_EVENT = "entry_by_event"
    ENTRY_BY_CONDITION = "entry_by_condition"
    ENTRY_IN_SWEEP = "entry_in_sweep"
    ENTRY_BY_STEP = "entry_by_step"
    HAND_OVER = "hand_over"
    SWEEP = "sweep"
    TOUCH_REFUSED = "touch_refused"
    TOUCH_DEFERRED = "touch_deferred"
    TOUCH_UNKNOWN = "touch_unknown"
    STEP = "step"
    TOUCH = "touch"
    HEARD = "heard"
    LINK = "link"
    INVITATION = "invitation"
    UNSUBSCRIPTION = "unsubscription"
    CONSENT = "consent"
    CALL = "call"
    CALL_DEFERRED = "call_deferred"
    ANSWER = "answer"
    NOTICE = "notice"
    PROPOSAL = "proposal"
    ADVANCE = "advance"
    FACT = "fact"
    PAUSE = "pause"
    START = "start"
    COMMAND = "command"
    OUTBOX = "outbox"
    OUTBOX_DEFERRED = "outbox_deferred"
    OPERATION = "operation"
    OPERATION_DEFERRED = "operation_deferred"
    REQUEST = "request"
    QUESTION = "question"
    RELAY = "relay"
    LOOK = "look"
    CRM = "crm"
    CRM_DEFERRED = "crm_deferred"
    CRM_ARRIVAL = "crm_arrival"
    WEBHOOK = "webhook"
    REPLY = "reply"
    CALL_REPORT = "call_report"
    CONTENT_SYNC = "content_sync"
    SAFETY_SENDING = "safety_sending"


class SafetyCount(StrEnum):
    """What happened to safety cases. docs/operating.md tells each one."""

    CASE = "case"
    FLAG = "flag"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"


REPEATED = "repeated"
"""The reason of what was taken before, and is taken once."""

DROPPED = Counter("dirigent_dropped", "What was refused, put off, given up or taken for a repeat, by what it was and why.", ["what", "reason"])

SAFETY = Counter("dirigent_safety", "Safety cases opened, flagged words, and what was done to hand cases over.", ["what"])
STANDING = Gauge("dirigent_safety_standing", "Safety cases by how they stand, at the monitor's last look: open, overdue, unsent, flagged.", ["standing"])

_NOTED = "noted"


def count(what: Dropped, reason: str, *, times: int = 1) -> None:
    """Count it now."""
    DROPPED.labels(what, reason).inc(times)


def count_in(session: AsyncSession, what: Dropped, reason: str, *, times: int = 1) -> None:
    """Count it when the transaction commits: one that is rolled back is tried again, and counts then."""
    if not times:
        return
    session.info.setdefault(_NOTED, []).append((DROPPED.labels(what, reason), times))


def count_safety(session: AsyncSession, what: SafetyCount) -> None:
    """Count it when the transaction commits."""
    session.info.setdefault(_NOTED, []).append((SAFETY.labels(what), 1))


def settle(info: MutableMapping[Any, Any]) -> None:
    """The transaction has committed: count what was noted in it."""
    for counter, times in info.pop(_NOTED, ()):
        counter.inc(times)


class Counts:
    """The counters as the front desk and the activities know them: `api.ports.Counts` and `activities.ports.Counts`."""

    def dropped(self, what: str, reason: str) -> None:
        count(Dropped(what), reason)

    def told(self) -> bytes:
        """Every counter of this process, in the text format of Prometheus."""
        return generate_latest()


@contextmanager
def served(host: str, port: int | None) -> Iterator[None]:
    """Answer whoever asks for the counters at this address, by HTTP, while the block runs; where no port is named, nobody. Raises SettingsInvalidError
    where the address cannot be taken."""
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, host)
    except OSError as error:
        why = f"DIRIGENT_METRICS_HOST and DIRIGENT_METRICS_PORT: {host}:{port} cannot be taken ({error.strerror}); choose another, or leave the port unset"
        raise SettingsInvalidError(why) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
