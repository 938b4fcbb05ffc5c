"""The gate: whether one touch may go out now. Pure: the ledger's transaction loads the evidence and asks; nothing here reads or writes.

Every check is made and told, in a fixed order, so that the answer to "why did, or did not, Dr X get it" is complete. The verdict does
not depend on that order: a refusal outweighs a deferral, a deferral an allowance, and of two refusals the graver reason is named.
"""

from datetime import datetime

from journeys.policy.asking import Check, Evidence, Inquired, Intent, Rule, Verdict, Waiting
from journeys.policy.consents import consent
from journeys.policy.contents import ONE_COPY, content, one_copy
from journeys.policy.grounds import accounted
from journeys.policy.inquiry import inquiry
from journeys.policy.places import PRESSED, place
from journeys.policy.pressure import PATIENCE, cadence, cap, others_first
from journeys.policy.standing import LOOK_AGAIN, address, channel, halt, market, objection, recipient
from journeys.policy.times import business_days, quiet_hours, zone
from journeys.reasons import Reason

__all__ = [
    "LOOK_AGAIN",
    "ONE_COPY",
    "PATIENCE",
    "PRESSED",
    "RULES",
    "Check",
    "Evidence",
    "Inquired",
    "Intent",
    "Rule",
    "Verdict",
    "Waiting",
    "accounted",
    "judge",
    "judge_nobody",
    "place",
    "weigh",
]

PRESSURE: tuple[Rule, ...] = (cap, cadence, others_first)
"""The rules for which a touch that is put off keeps its place."""

TIMES: tuple[Rule, ...] = (zone, quiet_hours, business_days)

RULES: tuple[Rule, ...] = (channel, recipient, address, market, objection, consent, inquiry, content, one_copy, *PRESSURE, *TIMES, halt)
"""Every question, in the order in which they are told."""

_GRAVITY = tuple(Reason)


def judge(intent: Intent, evidence: Evidence, now: datetime) -> Verdict:
    """Ask every rule. Allowed only when all allow; what is unknown is refused."""
    return weigh(tuple([rule(intent, evidence, now) for rule in RULES]), now)


def weigh(checks: tuple[Check, ...], now: datetime) -> Verdict:
    """What the checks add up to, in whatever order they were made."""
    against = [check for check in checks if check.verdict != "allowed"]
    if not against:
        return Verdict.model_construct(verdict="allowed", checks=checks)
    refusals = [check for check in against if check.verdict == "refused"]
    if refusals:
        gravest = min(refusals, key=lambda check: _GRAVITY.index(check.reason or Reason.SUPPRESSED))
        return Verdict.model_construct(verdict="refused", reason=gravest.reason, checks=checks)
    longest = max(against, key=lambda check: (check.until or now, -_GRAVITY.index(check.reason or Reason.SUPPRESSED)))
    return Verdict.model_construct(verdict="deferred", reason=longest.reason, until=longest.until, checks=checks)


def judge_nobody(intent: Intent, evidence: Evidence, now: datetime) -> Verdict:
    """Where there is nobody to write to, there is nobody whose consent, language or profession could be asked for."""
    check = recipient(intent, evidence, now)
    return Verdict.model_construct(verdict=check.verdict, reason=check.reason, checks=(check,))
