"""Providers as they sign: each test makes its own vectors with keys of its own, by the schemes that the providers publish."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from orchestrator.webhooks import mailgun, sendgrid, sns, twilio
from orchestrator.webhooks.telling import Delivery

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-north-1:111122223333:ses-events"
CERTIFICATE_URL = "https://sns.eu-north-1.amazonaws.com/SimpleNotificationService-1.pem"


@cache
def sendgrid_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def sendgrid_public() -> str:
    return base64.b64encode(sendgrid_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def from_sendgrid(rows: Any, *, at: datetime = NOW) -> Delivery:
    body, timestamp = json.dumps(rows).encode(), str(int(at.timestamp()))
    signature = base64.b64encode(sendgrid_key().sign(timestamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    return Delivery({sendgrid.TIMESTAMP: timestamp, sendgrid.SIGNATURE: signature, "content-type": "application/json"}, body)


def from_mailgun(event: Any, *, at: datetime = NOW, token: str = "5a" * 25, key: str = "mailgun-key") -> Delivery:
    timestamp = str(int(at.timestamp()))
    signature = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
    body = {"signature": {"timestamp": timestamp, "token": token, "signature": signature}, "event-data": event}
    assert mailgun.genuine(key, timestamp, token, signature)
    return Delivery({"content-type": "application/json"}, json.dumps(body).encode())


def from_postmark(event: Any, *, credentials: str = "dirigent:a-long-secret") -> Delivery:
    return Delivery({"authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}, json.dumps(event).encode())


@cache
def amazon_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate(name: str = "sns.amazonaws.com", *, until: datetime = NOW + timedelta(days=300)) -> bytes:
    """A certificate in the name of SNS, signed by nobody but itself."""
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(named).issuer_name(named).public_key(amazon_key().public_key()).serial_number(1)
    return made.not_valid_before(NOW - timedelta(days=60)).not_valid_after(until).sign(amazon_key(), SHA256()).public_bytes(Encoding.PEM)


def from_amazon(event: Any, *, version: str = "2", at: datetime = NOW, **changes: Any) -> Delivery:
    message = {
        "Type": "Notification",
        "MessageId": "8f6dee70-c885-558a-be7d-bd48bbf5335e",
        "TopicArn": TOPIC,
        "Message": json.dumps(event),
        "Timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        **changes,
    }
    names = {
        "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
        "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    }[message["Type"]]
    signed = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    message["Signature"] = base64.b64encode(amazon_key().sign(signed.encode(), PKCS1v15(), SHA1() if version == "1" else SHA256())).decode()  # noqa: S303
    return Delivery({"content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": message["Type"]}, json.dumps(message).encode())


def from_twilio(form: str, *, target: str = "/webhooks/twilio", public: str = "https://dirigent.example", key: str = "twilio-token") -> Delivery:
    fields = twilio.fields_of(form.encode())
    signed = public + target + "".join(name + value for name in sorted(fields) for value in fields[name])
    signature = base64.b64encode(hmac.digest(key.encode(), signed.encode(), "sha1")).decode()
    return Delivery({"content-type": "application/x-www-form-urlencoded", twilio.SIGNATURE: signature}, form.encode(), target)


async def amazon_answers(address: str) -> bytes:
    """What lies at the address of the certificate."""
    assert sns.amazons(address)
    return certificate()
