"""What the gate is asked, what it knows when it is asked, and what it says: the shapes that its rules share."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Literal

from journeys.caps import Touched
from journeys.choosing import NOTHING, Chosen
from journeys.consents import ConsentAct
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Purpose
from journeys.durations import Calendar
from journeys.markets import MarketPolicy
from journeys.reasons import TOLD, Reason
from journeys.shapes import Instant, Stored


class Intent(Stored):
    """The touch that is asked for."""

    channel: str
    """By name: email, sms, …"""
    purpose: Purpose
    product: str
    market: str
    content: ContentRef
    key: str = ""
    """The touch's own: of two that came at the same instant with the same priority, the one whose key is first goes first."""
    priority: int = 50
    """The journey's."""

    @property
    def words(self) -> dict[str, Any]:
        """The intent as it is kept and told: codes, and the content by its name."""
        return self.model_dump(mode="json") | {"content": str(self.content)}


class Waiting(Stored):
    """A touch of the same recipient that contact pressure put off and that keeps its place: it comes back at `until`."""

    key: str
    priority: int
    since: Instant
    """When it was put off for the first time."""
    until: Instant
    channel: str
    purpose: str
    product: str


class Inquired(Stored):
    """The HCP's own question that a touch of medical's answers."""

    by_recipient: bool
    """Whether whoever gets the touch is whoever asked."""
    product: str
    stands: bool
    """Whether it was submitted and waits for its answer."""


class Evidence(Stored):
    """What is known when the gate is asked, loaded under the lock of the recipient's ledger."""

    market: MarketPolicy | None
    reachable: bool
    """Whether there is a recipient with an address on the channel."""
    carried: bool = True
    """Whether this installation has the channel."""
    audience: str | None
    """The recipient's profession."""
    objected: bool
    suppressed: bool
    """Whether the recipient is on the stop list."""
    gone: bool = False
    """Whether they are on it as deceased, retired or struck off the register: then there is nobody whom even safety information would serve."""
    consents: tuple[ConsentAct, ...]
    content: ContentVersion | None
    chosen: Chosen = NOTHING
    """What the rep chose for it, and the fragments among it that are on record."""
    fragments: tuple[ContentVersion, ...] = ()
    touches: tuple[Touched, ...]
    """How the recipient was touched, over all channels and journeys; those from before every cap's period do not matter."""
    waiting: tuple[Waiting, ...] = ()
    """The other touches of the recipient that keep a place, in any order."""
    since: Instant | None = None
    """Since when this very touch keeps one."""
    calendar: Calendar = Calendar()
    """The recipient's."""
    bounced: bool = False
    """Whether mail came back for good from the address that it would go to."""
    zone_of: Literal["person", "workplace", "market"] | None = "person"
    """Whose zone the calendar is in; None where none is known, so that nothing may be reckoned by it."""
    has_copy: bool = False
    """Whether this very content went to the same address within `ONE_COPY`, to another record of it."""
    halted: bool = False
    """Whether the journey, or anything that this touch concerns, is paused or stopped."""
    inquiry: Inquired | None = None
    """What the touch answers, where it is medical's."""


class Check(Stored):
    """One rule, asked once: its name and what it said."""

    rule: str
    verdict: Literal["allowed", "deferred", "refused"]
    reason: Reason | None = None
    until: Instant | None = None
    told: str = ""
    saw: str = ""
    """What it was told of the recipient, the content and the moment, in words. Like the next two, filled where somebody may ask: see `accounted`."""
    inputs: dict[str, Any] = {}
    """The same as data: codes, counts and instants."""
    source: str = ""
    """Where the rule comes from, and what the market's policy says of that."""


class Verdict(Stored):
    verdict: Literal["allowed", "deferred", "refused"]
    reason: Reason | None = None
    until: Instant | None = None
    checks: tuple[Check, ...] = ()


Rule = Callable[[Intent, Evidence, datetime], Check]
"""One question of the gate: named as the function is, and judged by nothing but what it is given."""


@cache
def answer(rule: str, reason: Reason | None) -> Check:
    """What a rule says that allows, or refuses for that reason."""
    if reason is None:
        return Check(rule=rule, verdict="allowed")
    return Check(rule=rule, verdict="refused", reason=reason, told=TOLD[reason])


def deferral(rule: str, reason: Reason, until: datetime, *, of: str = "") -> Check:
    """What a rule says that puts the touch off until then; `of` names which of several like it says so."""
    told = f"{TOLD[reason]}: {of}" if of else TOLD[reason]
    return Check.model_construct(rule=rule, verdict="deferred", reason=reason, until=until, told=told)
