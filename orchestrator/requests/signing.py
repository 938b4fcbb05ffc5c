"""Signatures by the Standard Webhooks scheme, in both directions: HMAC-SHA256 over id, timestamp and the body as it is, in three headers. It needs
nothing of the house, so that both ends of a conversation may use it."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a key, as the scheme recommends."""

TOLERANCE = timedelta(minutes=5)
"""How far the timestamp may lie from our clock, either way: what was overheard is of no use later."""

_VERSION = "v1"


class Stamp(NamedTuple):
    """What the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` say, unproven."""

    id: str
    timestamp: str
    signature: str

    @property
    def headers(self) -> dict[str, str]:
        return {"webhook-id": self.id, "webhook-timestamp": self.timestamp, "webhook-signature": self.signature}


def key_of(secret: str) -> bytes:
    """The key that a secret stands for. Raises ValueError where it is not `whsec_` and 24 to 64 bytes in base64."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except binascii.Error:
        key = b""
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"is not {PREFIX} followed by {SHORTEST} to {LONGEST} bytes in base64")
    return key


def stamped(secret: str, key: str, body: bytes, *, now: datetime) -> Stamp:
    """The stamp of a body that is sent under a key at a real time."""
    timestamp = str(int(now.timestamp()))
    return Stamp(key, timestamp, f"{_VERSION},{_seal(secret, key, timestamp, body)}")


def genuine(secret: str, stamp: Stamp, key: str, body: bytes, *, now: datetime) -> bool:
    """Whether whoever knows the secret stamped this body for this key, at about this time. Of several signatures one is enough."""
    if stamp.id != key or not _fresh(stamp.timestamp, now):
        return False
    wanted = f"{_VERSION},{_seal(secret, key, stamp.timestamp, body)}".encode()
    # Each is compared, so that the time taken does not tell which one came close.
    return any([hmac.compare_digest(given.encode(), wanted) for given in stamp.signature.split(" ")])  # noqa: C419


def _fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 11):  # noqa: PLR2004 - eleven digits of seconds reach the year 5138
        return False
    return abs(datetime.fromtimestamp(int(timestamp), UTC) - now) <= TOLERANCE


def _seal(secret: str, key: str, timestamp: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(key_of(secret), f"{key}.{timestamp}.".encode() + body, hashlib.sha256)).decode()
