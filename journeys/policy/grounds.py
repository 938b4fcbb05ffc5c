"""On what grounds the gate decided: for each of its rules what it saw of the recipient, the content and the moment, in words and as data, and where
the rule comes from. The rehearsal, the ledger and the answer to "why" word it here, so that they say the same."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from journeys.caps import Cap, Spacing
from journeys.consents import ConsentAct
from journeys.definitions import Purpose
from journeys.policy.asking import Check, Evidence, Intent, Verdict
from journeys.policy.pressure import before, counted
from journeys.policy.sources import source_of


class Ground(NamedTuple):
    """What one rule saw: in words, and as codes, counts and instants. No name, no address."""

    saw: str
    inputs: dict[str, Any]


Grounds = Callable[[Intent, Evidence, datetime], Ground]


def accounted(verdict: Verdict, intent: Intent, evidence: Evidence, now: datetime) -> Verdict:
    """The verdict with every check told in full: what it saw and where its rule comes from."""
    return verdict.model_copy(update={"checks": tuple(_accounted(check, intent, evidence, now) for check in verdict.checks)})


def _accounted(check: Check, intent: Intent, evidence: Evidence, now: datetime) -> Check:
    ground = GROUNDS.get(check.rule)
    saw, inputs = ground(intent, evidence, now) if ground is not None else Ground("", {})
    return check.model_copy(update={"saw": saw, "inputs": inputs, "source": source_of(check.rule, intent, evidence.market)})


def _channel(intent: Intent, evidence: Evidence, _: datetime) -> Ground:
    return Ground(f"{intent.channel} is {'' if evidence.carried else 'not '}set up", {"channel": intent.channel, "carried": evidence.carried})


def _recipient(intent: Intent, evidence: Evidence, _: datetime) -> Ground:
    inputs = {"audience": evidence.audience, "reachable": evidence.reachable}
    if evidence.audience is None:
        return Ground("nobody of the care team to write to", inputs)
    return Ground(f"{'has an' if evidence.reachable else 'has no'} address for {intent.channel}", inputs)


def _address(_: Intent, evidence: Evidence, __: datetime) -> Ground:
    return Ground("mail to it came back for good" if evidence.bounced else "nothing came back from it for good", {"bounced": evidence.bounced})


def _market(intent: Intent, evidence: Evidence, _: datetime) -> Ground:
    known = evidence.market is not None
    return Ground(f"{intent.market} has {'a' if known else 'no'} policy", {"market": intent.market, "known": known})


def _objection(_: Intent, evidence: Evidence, __: datetime) -> Ground:
    saw = f"{'has objected' if evidence.objected else 'no objection'}; {'' if evidence.suppressed else 'not '}on the stop list"
    return Ground(saw, {"objected": evidence.objected, "suppressed": evidence.suppressed, "gone": evidence.gone})


def _consent(intent: Intent, evidence: Evidence, now: datetime) -> Ground:
    if intent.purpose is not Purpose.PROMOTIONAL:
        return Ground(f"none is needed for what is {intent.purpose.replace('_', ' ')}", {"needed": False})
    acts = [act for act in evidence.consents if act.channel == intent.channel and act.product in (None, intent.product)]
    acts = [act for act in acts if act.at <= now or act.act == "withdrawn"]
    if not acts:
        return Ground(f"nothing is on record for {intent.channel}", {"needed": True, "acts": 0})
    latest = max(acts, key=lambda act: act.at)
    return Ground(_act(latest), {"needed": True, "acts": len(acts), "latest": latest.model_dump(mode="json")})


def _act(act: ConsentAct) -> str:
    of_product = f" and {act.product}" if act.product is not None else ""
    return f"{act.act} on {act.at:%Y-%m-%d} for {act.channel}{of_product} in {act.market}"


def _inquiry(intent: Intent, evidence: Evidence, _: datetime) -> Ground:
    asked = evidence.inquiry
    if intent.purpose is not Purpose.MEDICAL_RESPONSE:
        return Ground("it is about answers of medical alone", {"needed": False})
    if asked is None:
        return Ground("no question is on record that it would answer", {"needed": True, "known": False})
    whose = "the recipient's own question" if asked.by_recipient else "a question that somebody else asked"
    inputs = {"needed": True, "known": True, "by_recipient": asked.by_recipient, "product": asked.product, "stands": asked.stands}
    return Ground(f"{whose} about {asked.product}, which {'is' if asked.stands else 'is not'} with medical", inputs)


def _content(intent: Intent, evidence: Evidence, now: datetime) -> Ground:
    version = evidence.content
    if version is None:
        return Ground(f"{intent.content} is not in the library", {"content": str(intent.content), "known": False})
    state = version.state_at(now)
    inputs = {
        "content": str(intent.content),
        "known": True,
        "state": str(state),
        "purpose": version.purpose,
        "markets": list(version.markets),
        "product": version.product,
        "audience": list(version.audience),
        "expires": version.approval.expires.isoformat() if version.approval is not None else None,
    }
    words = f"is {state.replace('_', ' ')}, for {', '.join(version.markets)}, {version.product} and {', '.join(version.audience)}"
    return Ground(f"{intent.content} {words}", inputs)


def _one_copy(_: Intent, evidence: Evidence, __: datetime) -> Ground:
    saw = "another record with this address got it" if evidence.has_copy else "no other record with this address got it"
    return Ground(saw, {"has_copy": evidence.has_copy})


def _cap(intent: Intent, evidence: Evidence, now: datetime) -> Ground:
    bounds = _bounds(intent, evidence, Cap)
    counts = [(bound, len(counted(evidence.market, bound, evidence, now))) for bound in bounds if evidence.market is not None]
    saw = "; ".join(f"{count} of {bound.at_most} in the last {bound.per}{bound.about}" for bound, count in counts)
    inputs = [{"cap": str(bound), "at_most": bound.at_most, "per": str(bound.per), "counted": count} for bound, count in counts]
    return Ground(saw or "no cap is about it", {"caps": inputs})


def _cadence(intent: Intent, evidence: Evidence, now: datetime) -> Ground:
    gaps = []
    for bound in _bounds(intent, evidence, Spacing):
        recent = counted(evidence.market, bound, evidence, now) if evidence.market is not None else []
        gaps.append((bound, max(recent, default=None)))
    saw = "; ".join(f"{f'the last one on {last:%Y-%m-%d %H:%M}' if last else 'none'} in the last {bound.gap}{bound.about}" for bound, last in gaps)
    inputs = [{"gap": str(bound), "last": last.isoformat() if last is not None else None} for bound, last in gaps]
    return Ground(saw or "no gap between touches is asked for", {"gaps": inputs})


def _others_first(intent: Intent, evidence: Evidence, now: datetime) -> Ground:
    found = {one.key: one for _, _, ones in before(intent, evidence, now) for one in ones}
    told = [{"key": one.key, "priority": one.priority, "since": one.since.isoformat(), "until": one.until.isoformat()} for one in found.values()]
    inputs = {"priority": intent.priority, "waiting": len(evidence.waiting), "first": told}
    return Ground(f"priority {intent.priority}; {len(evidence.waiting)} others keep a place, {len(found)} of them go first", inputs)


def _bounds(intent: Intent, evidence: Evidence, kind: type[Any]) -> list[Any]:
    policy = evidence.market
    asked = {"channel": intent.channel, "purpose": intent.purpose, "product": intent.product}
    return [bound for bound in policy.bounds if isinstance(bound, kind) and policy.holds_back(bound, **asked)] if policy is not None else []


_WHOSE = {"person": "the recipient's own", "workplace": "that of their workplace", "market": "their country's"}


def _zone(_: Intent, evidence: Evidence, __: datetime) -> Ground:
    policy, whose = evidence.market, evidence.zone_of
    needed = policy is not None and policy.by_the_clock
    saw = f"{evidence.calendar.zone}, {_WHOSE[whose]}" if whose is not None else "no zone is known"
    return Ground(saw if needed else f"{saw}; the market has no rules by the clock", {"zone": evidence.calendar.zone, "of": whose, "needed": needed})


def _quiet_hours(_: Intent, evidence: Evidence, now: datetime) -> Ground:
    quiet = evidence.market.quiet_hours if evidence.market is not None else None
    local = evidence.calendar.local(now)
    inputs: dict[str, Any] = {"local": local.isoformat(), "quiet": quiet.model_dump(mode="json") if quiet is not None else None}
    if quiet is None or quiet.between is None:
        return Ground(f"{local:%H:%M} by the recipient's clock; the market has none", inputs)
    return Ground(f"{local:%H:%M} by the recipient's clock; quiet from {quiet.between[0]:%H:%M} to {quiet.between[1]:%H:%M}", inputs)


def _business_days(_: Intent, evidence: Evidence, now: datetime) -> Ground:
    days = evidence.market.business_days if evidence.market is not None else None
    local = evidence.calendar.local(now)
    works = evidence.calendar.works_on(local.date())
    asked = "every day" if days is None else "working days" if days == "working_days" else ", ".join(days)
    inputs = {"day": local.date().isoformat(), "works": works, "asked": list(days) if isinstance(days, tuple) else days}
    return Ground(f"{local:%a %Y-%m-%d}, {'a working day' if works else 'no working day'} where the recipient is; promotion goes out on {asked}", inputs)


def _halt(_: Intent, evidence: Evidence, __: datetime) -> Ground:
    saw = "something that it concerns is paused or stopped" if evidence.halted else "nothing that it concerns is paused or stopped"
    return Ground(saw, {"halted": evidence.halted})


GROUNDS: dict[str, Grounds] = {
    "channel": _channel,
    "recipient": _recipient,
    "address": _address,
    "market": _market,
    "objection": _objection,
    "consent": _consent,
    "inquiry": _inquiry,
    "content": _content,
    "one_copy": _one_copy,
    "cap": _cap,
    "cadence": _cadence,
    "others_first": _others_first,
    "zone": _zone,
    "quiet_hours": _quiet_hours,
    "business_days": _business_days,
    "halt": _halt,
}
"""One for each rule of the gate."""
