"""Whether this is an hour for it."""

from datetime import datetime

from journeys.definitions import Purpose
from journeys.openings import closes
from journeys.policy.asking import Check, Evidence, Intent, answer, deferral
from journeys.reasons import Reason


def quiet_hours(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """Promotion rests in the market's quiet hours, reckoned in the recipient's own zone, until they are over."""
    quiet = evidence.market.quiet_hours if evidence.market is not None else None
    if quiet is None or intent.purpose is not Purpose.PROMOTIONAL:
        return answer("quiet_hours", None)
    until = closes(quiet, calendar=evidence.calendar, instant=now)
    if until <= now:
        return answer("quiet_hours", None)
    return deferral("quiet_hours", Reason.QUIET_HOURS, until)
