"""Whether this is a time for it where the recipient is: their zone is known, no quiet hours, a day on which promotion goes out."""

from datetime import datetime

from journeys.definitions import Purpose
from journeys.openings import Opening, closes, next_opening
from journeys.policy.asking import Check, Evidence, Intent, answer, deferral
from journeys.policy.standing import LOOK_AGAIN
from journeys.reasons import Reason


def zone(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """Where promotion depends on the recipient's clock, it is known: theirs, else that of an HCO where they work, else the country's. Else the
    touch is held, and looked at again after a day."""
    policy = evidence.market
    if policy is None or intent.purpose is not Purpose.PROMOTIONAL or evidence.zone_of is not None or not policy.by_the_clock:
        return answer("zone", None)
    return deferral("zone", Reason.ZONE_UNKNOWN, now + LOOK_AGAIN)


def quiet_hours(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """Promotion rests in the market's quiet hours, reckoned in the recipient's own zone, until they are over."""
    quiet = evidence.market.quiet_hours if evidence.market is not None else None
    if quiet is None or intent.purpose is not Purpose.PROMOTIONAL:
        return answer("quiet_hours", None)
    until = closes(quiet, calendar=evidence.calendar, instant=now)
    if until <= now:
        return answer("quiet_hours", None)
    return deferral("quiet_hours", Reason.QUIET_HOURS, until)


def business_days(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """Promotion goes out on the market's business days, by the recipient's own calendar: no weekend and no public holiday of their country, or the
    days of the week that the market names. It waits for the next one to begin."""
    days = evidence.market.business_days if evidence.market is not None else None
    if days is None or intent.purpose is not Purpose.PROMOTIONAL:
        return answer("business_days", None)
    opens = next_opening(Opening.model_construct(on=days), calendar=evidence.calendar, now=now)
    return answer("business_days", None) if opens <= now else deferral("business_days", Reason.REST_DAY, opens)
