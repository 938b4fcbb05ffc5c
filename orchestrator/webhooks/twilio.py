"""Twilio's callbacks: what became of a text or WhatsApp message, and what comes back. Form or JSON, signed over the address and the fields.

The scheme has no timestamp: what is brought again is known by the message's id and its status, both signed. Behind a proxy the address is the one that Twilio
called, which is why it is made of the installation's public address.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit, urlunsplit

from orchestrator.webhooks.telling import OURS, Delivery, Kind, Refusal, Rows, Told, document, each, mapping, text

SIGNATURE = "x-twilio-signature"
_PORTS = {"https": 443, "http": 80}
_KINDS = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent", "canceled"), Kind.NOTED),
    "delivered": Kind.DELIVERED,
    "read": Kind.OPENED,
    "undelivered": Kind.SOFT_BOUNCED,
    "failed": Kind.SOFT_BOUNCED,
}
_GONE = frozenset({"21211", "30005", "30006"})
"""Error codes of a number that is none, that nobody has, or that takes no texts."""
_STOPPED = "21610"
"""The number said STOP."""

Fields = Mapping[str, Sequence[str]]


class Twilio:
    def __init__(self, auth_token: str, *, public_url: str) -> None:
        self._token, self._public = auth_token, public_url.rstrip("/")

    async def refused(self, given: Delivery, *, now: datetime) -> Refusal | None:  # noqa: ARG002 - nothing in the scheme has a time
        address = self._public + given.target
        told, signature = given.headers.get("content-type", ""), given.headers.get(SIGNATURE, "")
        if told.startswith("application/json"):
            known = genuine_body(self._token, address, given.body, signature)
        else:
            known = genuine(self._token, address, fields_of(given.body), signature)
        return None if known else Refusal.SIGNATURE_INVALID

    def token(self, _: Delivery) -> str | None:
        """The scheme has none."""
        return None

    def read(self, given: Delivery) -> Rows:
        told = document(given.body) if given.headers.get("content-type", "").startswith("application/json") else _flat(fields_of(given.body))
        return facts(mapping(told), query=parse_qs(urlsplit(given.target).query))


def genuine(auth_token: str, address: str, fields: Fields, signature: str) -> bool:
    """Whether Twilio signed this address with these fields. Some addresses it signs with the port that goes without saying, some without: both are tried."""
    signed = "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return any([_same(auth_token, one + signed, signature) for one in _spellings(address)])  # noqa: C419 - each is compared, so that no time is told


def genuine_body(auth_token: str, address: str, body: bytes, signature: str) -> bool:
    """The same of a JSON body, whose SHA-256 the address carries."""
    digest = next(iter(parse_qs(urlsplit(address).query).get("bodySHA256", ())), "")
    whole = hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), digest.encode())
    return genuine(auth_token, address, {}, signature) and whole


def fields_of(body: bytes) -> dict[str, list[str]]:
    """The fields of a form, those that are empty among them."""
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200):
        fields.setdefault(name, []).append(value)
    return fields


def facts(row: Mapping[str, Any], *, query: Fields) -> Rows:
    """What a callback tells. Our own name of the message rides in the query of the address that we asked to be called at."""
    return each([row], lambda one: _tell(one, text(next(iter(query.get(OURS, ())), None))))


def _tell(row: Mapping[str, Any], ours: str | None) -> Told:
    sid = text(row.get("MessageSid") or row["SmsSid"]) or ""
    if not sid:
        raise ValueError("a callback names its message")
    status = text(row.get("MessageStatus") or row.get("SmsStatus")) or ""
    code = text(row.get("ErrorCode"), most=20)
    kind = _KINDS.get(status)
    if kind is Kind.SOFT_BOUNCED and code in _GONE:
        kind = Kind.BOUNCED
    if kind is Kind.SOFT_BOUNCED and code == _STOPPED:
        kind = Kind.UNSUBSCRIBED
    return Told(source_id=f"{sid}.{status}", event=status, kind=kind, at=None, message=ours, provider_id=sid, code=code)


def _flat(fields: Fields) -> dict[str, str]:
    return {name: values[0] for name, values in fields.items()}


def _same(auth_token: str, signed: str, signature: str) -> bool:
    wanted = base64.b64encode(hmac.digest(auth_token.encode(), signed.encode(), "sha1"))
    return hmac.compare_digest(wanted, signature.encode())


def _spellings(address: str) -> tuple[str, ...]:
    """The address with and without its port."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = parts.port or _PORTS.get(parts.scheme)
    return urlunsplit(parts._replace(netloc=host)), urlunsplit(parts._replace(netloc=f"{host}:{port}"))
