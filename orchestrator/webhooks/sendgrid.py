"""SendGrid's event webhook: an ECDSA signature over timestamp and body, and a batch of flat rows that carry back what the message was handed with.

The scheme is that of Twilio SendGrid's Signed Event Webhook: P-256 and SHA-256 over the bytes of the timestamp followed by the bytes of the body.
"""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from orchestrator.webhooks.telling import OURS, Delivery, Kind, Refusal, Rows, Told, digest_of, document, each, fresh, instant, text

SIGNATURE, TIMESTAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"

_KINDS = {
    "processed": Kind.NOTED,
    "deferred": Kind.DELAYED,
    "delivered": Kind.DELIVERED,
    "bounce": Kind.BOUNCED,
    "dropped": Kind.SOFT_BOUNCED,
    "open": Kind.OPENED,
    "click": Kind.CLICKED,
    "spamreport": Kind.COMPLAINED,
    "unsubscribe": Kind.UNSUBSCRIBED,
    "group_unsubscribe": Kind.UNSUBSCRIBED,
    "group_resubscribe": Kind.NOTED,
}
"""A message that was dropped goes nowhere, as one that came back. Nobody gives consent by resubscribing at a provider."""

_DROPPED = {
    "bounced address": "dropped_bounced",
    "unsubscribed address": "dropped_unsubscribed",
    "spam reporting address": "dropped_complained",
    "invalid": "dropped_invalid",
}

_GONE = frozenset({"dropped_bounced", "dropped_invalid"})
"""Dropped because there is no such address."""


class SendGrid:
    def __init__(self, public_key: str, *, tolerance: timedelta) -> None:
        self._key, self._tolerance = key_of(public_key), tolerance

    async def refused(self, given: Delivery, *, now: datetime) -> Refusal | None:
        timestamp = given.headers.get(TIMESTAMP, "")
        if not genuine(self._key, timestamp, given.headers.get(SIGNATURE, ""), given.body):
            return Refusal.SIGNATURE_INVALID
        return None if fresh(timestamp, now=now, tolerance=self._tolerance) else Refusal.STALE

    def token(self, _: Delivery) -> str | None:
        """A batch that comes again is known by its rows, each of which has an id that is signed."""
        return None

    def read(self, given: Delivery) -> Rows:
        return facts(given.body)


def key_of(public_key: str) -> EllipticCurvePublicKey:
    """The verification key, as SendGrid shows it: DER in base64. Raises ValueError."""
    key = load_der_public_key(base64.b64decode(public_key, validate=True))
    if not isinstance(key, EllipticCurvePublicKey):
        raise ValueError("is not the public key of an elliptic curve")  # noqa: TRY004 - pydantic tells it as a wrong value
    return key


def genuine(key: EllipticCurvePublicKey, timestamp: str, signature: str, body: bytes) -> bool:
    """Whether whoever has the private key signed this timestamp with this very body."""
    try:
        key.verify(base64.b64decode(signature, validate=True), timestamp.encode() + body, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def facts(body: bytes) -> Rows:
    """The rows of a batch. Raises ValueError where it is no list."""
    batch = document(body)
    if not isinstance(batch, list):
        raise ValueError("a batch of SendGrid is a list")  # noqa: TRY004 - what was sent is wrong, not our call
    return each(batch, _tell)


def _tell(row: Mapping[str, Any]) -> Told:
    event = text(row["event"]) or ""
    kind = _KINDS.get(event)
    if kind is Kind.OPENED and row.get("sg_machine_open") is True:  # Apple's Mail Privacy Protection
        kind = Kind.MACHINE_OPENED
    code = _code(event, row)
    if event == "bounce" and (code or "").startswith(("blocked", "4")):
        kind = Kind.SOFT_BOUNCED
    if code in _GONE:
        kind = Kind.BOUNCED
    return Told(
        source_id=text(row.get("sg_event_id")) or digest_of(row),
        event=event,
        kind=kind,
        at=instant(row.get("timestamp")),
        message=text(row.get(OURS)),
        # What the sending call answered as X-Message-Id is the part before the first full stop.
        provider_id=(text(row.get("sg_message_id")) or "").partition(".")[0] or None,
        message_id=text(row.get("smtp-id")),
        code=code,
    )


def _code(event: str, row: Mapping[str, Any]) -> str | None:
    if event == "dropped":
        return _DROPPED.get(str(row.get("reason", "")).strip().lower(), "dropped")
    if event == "bounce":
        return "blocked" if row.get("type") == "blocked" else text(row.get("status"), most=20)
    return None
