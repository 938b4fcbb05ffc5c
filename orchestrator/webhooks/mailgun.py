"""Mailgun's webhooks: an HMAC over timestamp and token, and one event in each.

The vendor's scheme does not sign what is told: whoever overhears a token could bring it with other words. So a token is taken once
(`Provider.token`), and it is remembered in the transaction that stores what came with it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from orchestrator.webhooks.forms import form_of
from orchestrator.webhooks.telling import OURS, Delivery, Kind, Refusal, Rows, Told, digest_of, document, each, fresh, inside, instant, mapping, text

_KINDS = {
    "accepted": Kind.NOTED,
    "stored": Kind.NOTED,
    "delivered": Kind.DELIVERED,
    "rejected": Kind.SOFT_BOUNCED,
    "opened": Kind.OPENED,
    "clicked": Kind.CLICKED,
    "complained": Kind.COMPLAINED,
    "unsubscribed": Kind.UNSUBSCRIBED,
}
_NOT_THE_ADDRESS = frozenset({"suppress-unsubscribe", "suppress-complaint", "old", "espblock", "greylisted"})
"""Reasons of a failure for good that say nothing against the address."""
_BY_A_MACHINE = (Kind.OPENED, Kind.CLICKED)


class Mailgun:
    def __init__(self, signing_key: str, *, tolerance: timedelta) -> None:
        self._key, self._tolerance = signing_key, tolerance

    async def refused(self, given: Delivery, *, now: datetime) -> Refusal | None:
        try:
            timestamp, token, signature = _stamp(given)
        except ValueError:
            return Refusal.SIGNATURE_INVALID
        if not genuine(self._key, timestamp, token, signature):
            return Refusal.SIGNATURE_INVALID
        return None if fresh(timestamp, now=now, tolerance=self._tolerance) else Refusal.STALE

    def token(self, given: Delivery) -> str | None:
        return _stamp(given)[1]

    def read(self, given: Delivery) -> Rows:
        return facts(given.body)


def genuine(key: str, timestamp: str, token: str, signature: str) -> bool:
    """Whether whoever has the signing key made this token at this time: HMAC-SHA256 over both, in hexadecimal."""
    if not token:
        return False
    wanted = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), signature.encode())


def facts(body: bytes) -> Rows:
    """The one event. Raises ValueError where there is none."""
    try:
        event = mapping(document(body))["event-data"]
    except (TypeError, KeyError):
        raise ValueError("a webhook of Mailgun holds event-data") from None
    return each([event], _tell)


def _stamp(given: Delivery) -> tuple[str, str, str]:
    """Of an event as JSON, or of a reply as the fields of a form."""
    names = ("timestamp", "token", "signature")
    if "form" in given.headers.get("content-type", ""):
        form = form_of(given)
        timestamp, token, signature = (form.get(name) for name in names)
    else:
        whole = {"whole": document(given.body)}
        timestamp, token, signature = (inside(whole, "whole", "signature", name) for name in names)
    return str(timestamp or ""), str(token or ""), str(signature or "")


def _tell(row: Mapping[str, Any]) -> Told:
    event = text(row["event"]) or ""
    kind = _KINDS.get(event)
    if event == "failed":
        kind = Kind.SOFT_BOUNCED if row.get("reason") in _NOT_THE_ADDRESS else Kind.BOUNCED
        kind = Kind.DELAYED if row.get("severity") == "temporary" else kind
    if kind in _BY_A_MACHINE and inside(row, "client-info", "bot"):  # such as "apple": its privacy proxy
        kind = Kind.MACHINE_OPENED
    message_id = text(inside(row, "message", "headers", "message-id"))
    return Told(
        source_id=text(row.get("id")) or digest_of(row),
        event=event,
        kind=kind,
        at=instant(row.get("timestamp")),
        message=text(inside(row, "user-variables", OURS)),
        provider_id=f"<{message_id.strip('<>')}>" if message_id else None,  # what the sending call answered
        message_id=message_id,
        code=text(inside(row, "delivery-status", "code"), most=20) if event == "failed" else None,
    )
