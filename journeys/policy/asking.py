"""What the gate is asked, what it knows when it is asked, and what it says: the shapes that its rules share."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Literal

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
    touches: tuple[Instant, ...]
    """When the recipient was touched, over all channels and journeys; those before the cap's period do not matter."""
    calendar: Calendar = Calendar()
    """The recipient's."""
    bounced: bool = False
    """Whether mail came back for good from the address that it would go to."""
    has_copy: bool = False
    """Whether this very content went to the same address within `ONE_COPY`, to another record of it."""
    halted: bool = False
    """Whether the journey, or anything that this touch concerns, is paused or stopped."""


class Check(Stored):
    """One rule, asked once: its name and what it said."""

    rule: str
    verdict: Literal["allowed", "deferred", "refused"]
    reason: Reason | None = None
    until: Instant | None = None
    told: str = ""


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


def deferral(rule: str, reason: Reason, until: datetime) -> Check:
    """What a rule says that puts the touch off until then."""
    return Check(rule=rule, verdict="deferred", reason=reason, until=until, told=TOLD[reason])
