"""Whether the recipient allowed it."""

from datetime import datetime

from journeys.consents import missing
from journeys.definitions import Purpose
from journeys.policy.asking import Check, Evidence, Intent, answer


def consent(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """Promotion by any channel needs consent to that channel, given beforehand and for promotion by name (marknadsföringslagen 19 §; ABPI Code 2021
    cl. 15.5), for all products or this one. No channel speaks for another, and no product."""
    if intent.purpose is not Purpose.PROMOTIONAL:
        return answer("consent", None)
    lacks = missing(evidence.consents, channel=intent.channel, purpose=intent.purpose, market=intent.market, now=now, product=intent.product)
    return answer("consent", lacks)
