"""Where each rule of the gate comes from, and under which keys a market's `source` says more of it."""

from journeys.markets import MarketPolicy
from journeys.policy.asking import Intent

SOURCES: dict[str, tuple[str, tuple[str, ...]]] = {
    "channel": ("Fail closed: only what this installation has can carry anything.", ()),
    "recipient": ("Fail closed: there is somebody to write to.", ()),
    "address": ("Fail closed: mail that came back for good is not sent there again, which the providers ask of every sender.", ()),
    "market": ("Fail closed: a market whose rules are not known gets nothing.", ()),
    "objection": ("GDPR Art. 21(2) and (3): the right to object to direct marketing is absolute. The stop list is the company's.", ("objection",)),
    "consent": ("Consent to promotion by that channel, given beforehand: opt-in in every market, by choice.", ("{channel}_consent", "consent_record")),
    "inquiry": ("LVFS 2009:6: correspondence that answers a specific question is no marketing; FDA draft guidance, 2011: to whoever asked, alone.", ()),
    "content": ("Dir. 2001/83 Art. 91 and 92, and the company's medical, legal and regulatory review.", ("content", "minimum_information")),
    "one_copy": ("The field's practice: two records of one person, one address, one copy.", ()),
    "cap": ("The market's caps.", ("caps",)),
    "cadence": ("The market's cadence.", ("cadence",)),
    "others_first": ("What contact pressure put off keeps its place, by the priority of its journey and then by how long it waits.", ("caps", "cadence")),
    "zone": ("What depends on the recipient's clock waits until a zone is known.", ("quiet_hours", "business_days")),
    "quiet_hours": ("The market's quiet hours.", ("quiet_hours",)),
    "business_days": ("The market's business days.", ("business_days",)),
    "halt": ("A pause or stop that an operator has imposed.", ()),
}
"""By rule: its origin in a sentence, and the keys of `MarketPolicy.source`."""


def source_of(rule: str, intent: Intent, market: MarketPolicy | None) -> str:
    """Where a rule comes from, with what the market's own policy says of it."""
    origin, keys = SOURCES.get(rule, ("", ()))
    said = market.source if market is not None else {}
    named = (said.get(key.format(channel=intent.channel)) for key in keys)
    return " ".join([origin, *dict.fromkeys(text for text in named if text is not None)]).strip()
