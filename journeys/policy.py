"""The gate: whether one touch may go out now. Pure: the ledger's transaction loads the evidence and asks; nothing here reads or writes.

Every check is made and told, in a fixed order, so that the answer to "why did, or did not, Dr X get it" is complete. The verdict does
not depend on that order: a refusal outweighs a deferral, a deferral an allowance, and of two refusals the graver reason is named.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from journeys.consents import ConsentAct, missing
from journeys.content import ContentState, ContentVersion
from journeys.definitions import ContentRef, Purpose
from journeys.durations import Calendar
from journeys.markets import MarketPolicy
from journeys.openings import closes
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


ONE_COPY = timedelta(days=30)
"""How long a copy counts that another record with the same address got."""

Rule = Callable[[Intent, Evidence, datetime], Check]

LOOK_AGAIN = timedelta(days=1)
"""After which a touch that was kept back by a pause is put to the gate again, if nobody lifts the pause before."""

_GRAVITY = tuple(Reason)


def judge(intent: Intent, evidence: Evidence, now: datetime) -> Verdict:
    """Ask every rule. Allowed only when all allow; what is unknown is refused."""
    checks = tuple([rule(intent, evidence, now) for rule in RULES])
    against = [check for check in checks if check.verdict != "allowed"]
    if not against:
        return Verdict.model_construct(verdict="allowed", checks=checks)
    refusals = [check for check in against if check.verdict == "refused"]
    if refusals:
        gravest = min(refusals, key=lambda check: _GRAVITY.index(check.reason or Reason.SUPPRESSED))
        return Verdict.model_construct(verdict="refused", reason=gravest.reason, checks=checks)
    longest = max(against, key=lambda check: check.until or now)
    return Verdict.model_construct(verdict="deferred", reason=longest.reason, until=longest.until, checks=checks)


def channel(_: Intent, evidence: Evidence, __: datetime) -> Check:
    """A definition may name any channel; only what this installation has can carry anything."""
    return _check("channel", None if evidence.carried else Reason.CHANNEL_UNKNOWN)


def recipient(_: Intent, evidence: Evidence, __: datetime) -> Check:
    """There is somebody to write to."""
    return _check("recipient", None if evidence.reachable else Reason.NO_RECIPIENT)


def objection(intent: Intent, evidence: Evidence, _: datetime) -> Check:
    """The right to object to direct marketing is absolute (GDPR Art. 21(2) and (3)); the stop list stops everything but safety, and that too for who
    is gone."""
    if evidence.objected and intent.purpose is Purpose.PROMOTIONAL:
        return _check("objection", Reason.OBJECTED)
    stopped = evidence.gone or (evidence.suppressed and intent.purpose is not Purpose.SAFETY)
    return _check("objection", Reason.SUPPRESSED if stopped else None)


def consent(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """Promotion by any channel needs consent to that channel, given beforehand and for promotion by name (marknadsföringslagen 19 §; ABPI Code 2021
    cl. 15.5). No channel speaks for another."""
    if intent.purpose is not Purpose.PROMOTIONAL:
        return _check("consent", None)
    lacks = missing(evidence.consents, channel=intent.channel, purpose=intent.purpose, market=intent.market, now=now)
    return _check("consent", lacks)


def market(_: Intent, evidence: Evidence, __: datetime) -> Check:
    """A market whose rules are not known gets nothing."""
    return _check("market", None if evidence.market is not None else Reason.NO_MARKET_POLICY)


def content(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """Only what review approved, for this market, product and audience, on this very day (Dir. 2001/83 Art. 91 and 92)."""
    return _check("content", _content_lacks(intent, evidence, now))


def weekly_cap(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """One cap per HCP and period over all channels and journeys; a rep's call counts. A touch over it waits until the oldest one leaves the period.

    It bounds promotion alone: a safety letter, or the answer to a question, never waits for it.
    """
    policy = evidence.market
    if policy is None or intent.purpose is not Purpose.PROMOTIONAL:
        return _check("weekly_cap", None)
    period = policy.cap_period.roughly
    since = now - period
    recent = sorted([touch for touch in evidence.touches if touch > since])
    if len(recent) < policy.weekly_cap:
        return _check("weekly_cap", None)
    return Check(rule="weekly_cap", verdict="deferred", reason=Reason.WEEKLY_CAP, until=recent[-policy.weekly_cap] + period, told=TOLD[Reason.WEEKLY_CAP])


def one_copy(_: Intent, evidence: Evidence, __: datetime) -> Check:
    """Two records of one person, one address: one copy."""
    return _check("one_copy", Reason.SAME_ADDRESS if evidence.has_copy else None)


def quiet_hours(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """Promotion rests in the market's quiet hours, reckoned in the recipient's own zone, until they are over."""
    quiet = evidence.market.quiet_hours if evidence.market is not None else None
    if quiet is None or intent.purpose is not Purpose.PROMOTIONAL:
        return _check("quiet_hours", None)
    until = closes(quiet, calendar=evidence.calendar, instant=now)
    if until <= now:
        return _check("quiet_hours", None)
    return Check(rule="quiet_hours", verdict="deferred", reason=Reason.QUIET_HOURS, until=until, told=TOLD[Reason.QUIET_HOURS])


def halt(_: Intent, evidence: Evidence, now: datetime) -> Check:
    """What is paused or stopped sends nothing. A run that the pause freezes is told when it is lifted; any other asks again after a day."""
    if not evidence.halted:
        return _check("halt", None)
    return Check(rule="halt", verdict="deferred", reason=Reason.PAUSED, until=now + LOOK_AGAIN, told=TOLD[Reason.PAUSED])


RULES: tuple[Rule, ...] = (channel, recipient, market, objection, consent, content, one_copy, weekly_cap, quiet_hours, halt)


@cache
def _check(rule: str, reason: Reason | None) -> Check:
    if reason is None:
        return Check(rule=rule, verdict="allowed")
    return Check(rule=rule, verdict="refused", reason=reason, told=TOLD[reason])


def _content_lacks(intent: Intent, evidence: Evidence, now: datetime) -> Reason | None:
    return next(_content_failings(intent, evidence, now), None)


def _content_failings(intent: Intent, evidence: Evidence, now: datetime) -> Iterator[Reason]:
    version = evidence.content
    if version is None:
        yield Reason.CONTENT_UNKNOWN
        return
    state = version.state_at(now)
    if state is ContentState.EXPIRED:
        yield Reason.CONTENT_EXPIRED
    if state is not ContentState.APPROVED or version.purpose != intent.purpose:
        yield Reason.CONTENT_NOT_APPROVED
    if intent.market not in version.markets:
        yield Reason.CONTENT_WRONG_MARKET
    if version.product != intent.product:
        yield Reason.CONTENT_WRONG_PRODUCT
    if evidence.audience not in version.audience:
        yield Reason.CONTENT_WRONG_AUDIENCE
    if evidence.market is not None and not any(language in version.written_for(intent.channel) for language in evidence.market.languages):
        yield Reason.CONTENT_NO_LANGUAGE
