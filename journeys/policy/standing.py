"""Whether anything may reach this recipient at all: the channel is there, somebody is there, the market is known, nobody objected, nothing is halted."""

from datetime import datetime, timedelta

from journeys.definitions import Purpose
from journeys.policy.asking import Check, Evidence, Intent, answer, deferral
from journeys.reasons import Reason

LOOK_AGAIN = timedelta(days=1)
"""After which a touch that was kept back by a pause is put to the gate again, if nobody lifts the pause before."""


def channel(_: Intent, evidence: Evidence, __: datetime) -> Check:
    """A definition may name any channel; only what this installation has can carry anything."""
    return answer("channel", None if evidence.carried else Reason.CHANNEL_UNKNOWN)


def recipient(_: Intent, evidence: Evidence, __: datetime) -> Check:
    """There is somebody to write to."""
    return answer("recipient", None if evidence.reachable else Reason.NO_RECIPIENT)


def market(_: Intent, evidence: Evidence, __: datetime) -> Check:
    """A market whose rules are not known gets nothing."""
    return answer("market", None if evidence.market is not None else Reason.NO_MARKET_POLICY)


def address(_: Intent, evidence: Evidence, __: datetime) -> Check:
    """An address from which mail came back for good gets nothing more, until the person has another one: whoever writes on to addresses that are not
    there is soon taken for a sender of spam, and reaches nobody (the providers' practice)."""
    return answer("address", Reason.ADDRESS_BOUNCED if evidence.bounced else None)


def objection(intent: Intent, evidence: Evidence, _: datetime) -> Check:
    """The right to object to direct marketing is absolute (GDPR Art. 21(2) and (3)); the stop list stops everything but safety, and that too for who
    is gone."""
    if evidence.objected and intent.purpose is Purpose.PROMOTIONAL:
        return answer("objection", Reason.OBJECTED)
    stopped = evidence.gone or (evidence.suppressed and intent.purpose is not Purpose.SAFETY)
    return answer("objection", Reason.SUPPRESSED if stopped else None)


def halt(_: Intent, evidence: Evidence, now: datetime) -> Check:
    """What is paused or stopped sends nothing. A run that the pause freezes is told when it is lifted; any other asks again after a day."""
    if not evidence.halted:
        return answer("halt", None)
    return deferral("halt", Reason.PAUSED, now + LOOK_AGAIN)
