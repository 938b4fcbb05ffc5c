"""Whether the recipient was touched enough already, or too short a while ago, or others that wait for the same room go first."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from journeys.caps import Cap, Spacing
from journeys.markets import MarketPolicy
from journeys.policy.asking import Check, Evidence, Intent, Waiting, answer, deferral
from journeys.reasons import Reason

PATIENCE = timedelta(minutes=15)
"""How long a touch that was put off keeps its place when its time has come and it is not there."""


def cap(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """At most so many touches in a period, over all journeys; a rep's call counts. A touch over a cap waits until the oldest one leaves the period.

    Of several caps that are reached the one that lasts longest is named. Safety information, and the answer to a question, never wait for one.
    """
    reached: tuple[datetime, Cap] | None = None
    for policy, bound in _bounds(intent, evidence):
        if not isinstance(bound, Cap):
            continue
        recent = sorted(counted(policy, bound, evidence, now))
        if len(recent) >= bound.at_most:
            until = recent[-bound.at_most] + bound.period
            if reached is None or until > reached[0]:
                reached = until, bound
    if reached is None:
        return answer("cap", None)
    until, bound = reached
    return deferral("cap", Reason.CAP if bound.narrow else Reason.WEEKLY_CAP, until, of=str(bound))


def cadence(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """So long lies between one touch and the next, over all journeys; a rep's call counts."""
    ends: list[tuple[datetime, Spacing]] = [
        (max(recent) + bound.period, bound)
        for policy, bound in _bounds(intent, evidence)
        if isinstance(bound, Spacing) and (recent := counted(policy, bound, evidence, now))
    ]
    if not ends:
        return answer("cadence", None)
    until, longest = max(ends, key=lambda end: end[0])
    return deferral("cadence", Reason.TOO_SOON, until, of=str(longest))


def others_first(intent: Intent, evidence: Evidence, now: datetime) -> Check:
    """What was put off keeps its place: a touch takes room under a cap only where those before it, by their journeys' priority and then by who
    waits longer, still find room when their time comes. One that does not come then loses its place, so nobody waits for what will never be sent."""
    if not evidence.waiting:
        return answer("others_first", None)
    hindered = [one.until for _, _, ones in before(intent, evidence, now) for one in ones]
    return deferral("others_first", Reason.OTHERS_FIRST, min(hindered) + PATIENCE) if hindered else answer("others_first", None)


def before(intent: Intent, evidence: Evidence, now: datetime) -> Iterator[tuple[MarketPolicy, Cap | Spacing, list[Waiting]]]:
    """For each cap and gap that has room now, those that keep a place before this touch and would find none if it went now."""
    mine = (-intent.priority, evidence.since or now, intent.key)
    ahead = sorted(
        (one for one in evidence.waiting if one.until + PATIENCE > now and (-one.priority, one.since, one.key) < mine), key=lambda one: (one.until, one.key)
    )
    for policy, bound in _bounds(intent, evidence) if ahead else ():
        at_most = bound.at_most if isinstance(bound, Cap) else 1
        times = sorted(counted(policy, bound, evidence, now))
        if len(times) >= at_most:
            continue
        rivals = [one for one in ahead if policy.holds_back(bound, channel=one.channel, purpose=one.purpose, product=one.product)]
        ones = []
        for one in rivals:
            comes = max(one.until, now)
            if comes >= now + bound.period:
                break
            used = sum(at > comes - bound.period for at in times)
            taken = sum(max(other.until, now) <= comes for other in rivals)
            if used + taken + 1 > at_most:
                ones.append(one)
        if ones:
            yield policy, bound, ones


def counted(policy: MarketPolicy, bound: Cap | Spacing, evidence: Evidence, now: datetime) -> list[datetime]:
    """When the recipient got what a cap or a gap counts, within its period."""
    recent = [touch for touch in evidence.touches if touch.at > now - bound.period]
    if not bound.narrow:
        return [touch.at for touch in recent]
    return [touch.at for touch in recent if policy.concerns(bound, channel=touch.channel, purpose=touch.purpose, product=touch.product)]


def _bounds(intent: Intent, evidence: Evidence) -> Iterator[tuple[MarketPolicy, Cap | Spacing]]:
    """The caps and gaps that may hold this touch back."""
    policy = evidence.market
    if policy is not None:
        for bound in policy.bounds:
            if policy.holds_back(bound, channel=intent.channel, purpose=intent.purpose, product=intent.product):
                yield policy, bound
