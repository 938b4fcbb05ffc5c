"""On what grounds the gate decided: for each of its rules, in brief, what it was told of the recipient, the content and the moment."""

from collections.abc import Callable
from datetime import datetime

from journeys.consents import ConsentAct
from journeys.definitions import Purpose
from journeys.policy import Evidence, Intent
from journeys.rehearsal.ledger import Question

Ground = Callable[[Intent, Evidence, datetime], str]


def grounds(asked: Question, now: datetime) -> dict[str, str]:
    """What stood behind each check, by the name of its rule."""
    return {rule: ground(asked.intent, asked.evidence, now) for rule, ground in GROUNDS.items() if not asked.nobody or rule == "recipient"}


def _channel(intent: Intent, _: Evidence, __: datetime) -> str:
    return f"{intent.channel}; a rehearsal takes every channel to be set up"


def _recipient(intent: Intent, evidence: Evidence, _: datetime) -> str:
    if evidence.audience is None:
        return "nobody of the care team to write to"
    return f"{'has an' if evidence.reachable else 'has no'} address for {intent.channel}"


def _address(_: Intent, evidence: Evidence, __: datetime) -> str:
    return "mail to it came back for good" if evidence.bounced else "nothing came back from it for good"


def _market(intent: Intent, evidence: Evidence, _: datetime) -> str:
    return f"{intent.market} has {'a' if evidence.market is not None else 'no'} policy"


def _objection(_: Intent, evidence: Evidence, __: datetime) -> str:
    return f"{'has objected' if evidence.objected else 'no objection'}; {'' if evidence.suppressed else 'not '}on the stop list"


def _consent(intent: Intent, evidence: Evidence, now: datetime) -> str:
    if intent.purpose is not Purpose.PROMOTIONAL:
        return f"none is needed for what is {intent.purpose.replace('_', ' ')}"
    acts = [act for act in evidence.consents if act.channel == intent.channel and act.at <= now]
    return _act(max(acts, key=lambda act: act.at)) if acts else f"nothing is on record for {intent.channel}"


def _act(act: ConsentAct) -> str:
    return f"{act.act} on {act.at:%Y-%m-%d} for {act.channel} in {act.market}"


def _content(intent: Intent, evidence: Evidence, now: datetime) -> str:
    version = evidence.content
    if version is None:
        return f"{intent.content} is not in the library"
    state = version.state_at(now).replace("_", " ")
    return f"{intent.content} is {state}, for {', '.join(version.markets)}, {version.product} and {', '.join(version.audience)}"


def _one_copy(_: Intent, evidence: Evidence, __: datetime) -> str:
    return "another record with this address got it" if evidence.has_copy else "no other record with this address got it"


def _weekly_cap(intent: Intent, evidence: Evidence, now: datetime) -> str:
    policy = evidence.market
    if policy is None or intent.purpose is not Purpose.PROMOTIONAL:
        return "it bounds promotion alone"
    recent = sum(touch > now - policy.cap_period.roughly for touch in evidence.touches)
    return f"{recent} of {policy.weekly_cap} in the last {policy.cap_period}"


def _quiet_hours(_: Intent, evidence: Evidence, now: datetime) -> str:
    quiet = evidence.market.quiet_hours if evidence.market is not None else None
    local = evidence.calendar.local(now)
    if quiet is None or quiet.between is None:
        return f"{local:%H:%M} by the recipient's clock; the market has none"
    return f"{local:%H:%M} by the recipient's clock; quiet from {quiet.between[0]:%H:%M} to {quiet.between[1]:%H:%M}"


def _halt(_: Intent, __: Evidence, ___: datetime) -> str:
    return "nobody pauses or stops anything in a rehearsal"


GROUNDS: dict[str, Ground] = {
    "channel": _channel,
    "recipient": _recipient,
    "address": _address,
    "market": _market,
    "objection": _objection,
    "consent": _consent,
    "content": _content,
    "one_copy": _one_copy,
    "weekly_cap": _weekly_cap,
    "quiet_hours": _quiet_hours,
    "halt": _halt,
}
"""One for each rule of the gate."""
