"""Postmark's webhooks: one event in each, without a signature.

Postmark signs nothing. It proves itself by a user and a password in the address, or by a header of our choosing that holds a secret; whoever learns
either can tell us anything, so the address is https and the secret long. Nor is there a timestamp: what is brought again is known by its id.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orchestrator.webhooks.telling import OURS, Delivery, Kind, Refusal, Rows, Told, digest_of, document, each, inside, instant, text

_KINDS = {"Delivery": Kind.DELIVERED, "Open": Kind.OPENED, "Click": Kind.CLICKED, "SpamComplaint": Kind.COMPLAINED, "Inbound": Kind.NOTED}
_BOUNCES = {
    "Transient": Kind.DELAYED,
    "AutoResponder": Kind.NOTED,
    "AddressChange": Kind.NOTED,
    "Subscribe": Kind.NOTED,
    "ChallengeVerification": Kind.NOTED,
    "Unsubscribe": Kind.UNSUBSCRIBED,
    "SpamNotification": Kind.COMPLAINED,
    "SpamComplaint": Kind.COMPLAINED,
}
"""What Postmark calls a bounce and is none."""
_GONE = frozenset({"HardBounce", "BadEmailAddress", "ManuallyDeactivated"})
"""Bounces for good; after every other type the address may be good."""
_SUPPRESSED = {"ManualSuppression": Kind.UNSUBSCRIBED, "SpamComplaint": Kind.COMPLAINED, "HardBounce": Kind.BOUNCED}


class Postmark:
    def __init__(self, *, username: str | None = None, password: str | None = None, header: str | None = None, secret: str | None = None) -> None:
        """Either user and password, or the name of a header and its secret."""
        self._basic = f"{username}:{password}" if username is not None and password is not None else None
        self._header, self._secret = (header or "").lower(), secret

    async def refused(self, given: Delivery, *, now: datetime) -> Refusal | None:  # noqa: ARG002 - nothing in the scheme has a time
        if self._basic is not None:
            return None if basic(self._basic, given.headers.get("authorization", "")) else Refusal.SIGNATURE_INVALID
        told = given.headers.get(self._header, "")
        known = self._secret is not None and hmac.compare_digest(told.encode(), self._secret.encode())
        return None if known else Refusal.SIGNATURE_INVALID

    def token(self, _: Delivery) -> str | None:
        """The scheme has none."""
        return None

    def read(self, given: Delivery) -> Rows:
        return facts(given.body)


def basic(wanted: str, header: str) -> bool:
    """Whether an Authorization header is that of `user:password` (RFC 7617)."""
    scheme, _, credentials = header.partition(" ")
    try:
        told = base64.b64decode(credentials, validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(told, wanted.encode())


def facts(body: bytes) -> Rows:
    """The one event. Raises ValueError where it is no JSON."""
    return each([document(body)], _tell)


def _tell(row: Mapping[str, Any]) -> Told:
    record = text(row["RecordType"]) or ""
    kind, code = _KINDS.get(record), None
    if record == "Bounce":
        code = text(row.get("Type"), most=40)
        kind = _BOUNCES.get(code or "", Kind.BOUNCED if code in _GONE else Kind.SOFT_BOUNCED)
    elif record == "SubscriptionChange":
        code = text(row.get("SuppressionReason"), most=40)
        kind = _SUPPRESSED.get(code or "") if row.get("SuppressSending") is True else Kind.NOTED
    number = text(row.get("ID"))
    return Told(
        source_id=f"{record}.{number}" if number and record in {"Bounce", "SpamComplaint"} else digest_of(row),
        event=record,
        kind=kind,
        at=next((at for at in map(instant, map(row.get, ("BouncedAt", "DeliveredAt", "ReceivedAt", "ChangedAt"))) if at is not None), None),
        message=text(inside(row, "Metadata", OURS)),
        provider_id=text(row.get("MessageID")),
        code=code,
    )
