"""Messages of Amazon SNS, which carries what SES tells: their signature, the certificate it is checked with, and which topics are ours.

SNS signs for anybody's topic, so a genuine signature alone proves nothing: only the topics that the settings name are let in. A message holds its own
Timestamp, and SNS brings the same message again with the same one; its MessageId is signed and is the id by which it is known.
"""

import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import Certificate, DNSName, ExtensionNotFound, SubjectAlternativeName, load_pem_x509_certificate
from cryptography.x509.oid import NameOID

Fetch = Callable[[str], Awaitable[bytes]]
"""Gets what lies at an address."""

_HOST = re.compile(r"sns\.[a-z0-9-]{3,32}\.amazonaws\.com(\.cn)?")
_CERTIFIED = re.compile(r"sns\.([a-z0-9-]{3,32}\.)?amazonaws\.com(\.cn)?")
_HASHES: dict[str, SHA1 | SHA256] = {"1": SHA1(), "2": SHA256()}  # noqa: S303 - version 1 of the scheme is what SNS uses unless a topic asks for 2

_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
"""What is signed of each type, in this order; what a message does not have is left out."""


def amazons(address: str) -> bool:
    """Whether an address is one of SNS itself: https, its own host, no port, no user."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and port is None and "@" not in parts.netloc and _HOST.fullmatch(parts.hostname or "") is not None


def genuine(message: Mapping[str, Any], certificate: Certificate) -> bool:
    """Whether the key of the certificate signed what the message holds."""
    version, key = _HASHES.get(str(message.get("SignatureVersion"))), certificate.public_key()
    names = _SIGNED.get(str(message.get("Type")))
    if version is None or names is None or not isinstance(key, RSAPublicKey):
        return False
    signed = "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None)
    try:
        key.verify(base64.b64decode(str(message.get("Signature")), validate=True), signed.encode(), PKCS1v15(), version)
    except (InvalidSignature, ValueError):
        return False
    return True


def belongs_to_sns(certificate: Certificate, *, now: datetime) -> bool:
    """Whether a certificate is one of SNS that is valid now, as it says itself; that Amazon says so is proved by the host it was got from."""
    named = {str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)}
    with suppress(ExtensionNotFound):
        named |= set(certificate.extensions.get_extension_for_class(SubjectAlternativeName).value.get_values_for_type(DNSName))
    ours = any(_CERTIFIED.fullmatch(name) for name in named)
    return ours and certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


class Certificates:
    """Gets signing certificates, each once, and only from Amazon: the address is pinned to the hosts of SNS, and TLS proves who answers there."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._kept: dict[str, Certificate] = {}

    async def at(self, address: str, *, now: datetime) -> Certificate | None:
        """The certificate at an address; None where the address is not one of SNS, or what lies there is no certificate of its own."""
        if not amazons(address) or not urlsplit(address).path.endswith(".pem"):
            return None
        if address not in self._kept:
            try:
                self._kept[address] = load_pem_x509_certificate(await self._fetch(address))
            except ValueError:
                return None
        found = self._kept[address]
        return found if belongs_to_sns(found, now=now) else None
