"""Whether the recipient was touched enough already."""

from datetime import datetime

from journeys.definitions import Purpose
from journeys.policy.asking import Check, Evidence, Intent, answer, deferral
from journeys.reasons import Reason


def weekly_cap(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """One cap per HCP and period over all channels and journeys; a rep's call counts. A touch over it waits until the oldest one leaves the period.

    It bounds promotion alone: a safety letter, or the answer to a question, never waits for it.
    """
    policy = evidence.market
    if policy is None or intent.purpose is not Purpose.PROMOTIONAL:
        return answer("weekly_cap", None)
    period = policy.cap_period.roughly
    since = now - period
    recent = sorted([touch for touch in evidence.touches if touch > since])
    if len(recent) < policy.weekly_cap:
        return answer("weekly_cap", None)
    return deferral("weekly_cap", Reason.WEEKLY_CAP, recent[-policy.weekly_cap] + period)
