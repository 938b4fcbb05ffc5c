"""Who speaks at the door: every provider's own scheme lets in what it signed, and nothing that is one byte another, too old, or brought from elsewhere."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import load_pem_x509_certificate

from orchestrator.store.desk.facts_in import refusal
from orchestrator.webhooks import mailgun, sendgrid, sns, twilio
from orchestrator.webhooks.doors import Doors, providers
from orchestrator.webhooks.mailgun import Mailgun
from orchestrator.webhooks.postmark import Postmark
from orchestrator.webhooks.sendgrid import SendGrid
from orchestrator.webhooks.ses import Ses
from orchestrator.webhooks.telling import Delivery, Provider, Refusal
from orchestrator.webhooks.twilio import Twilio
from tests.orchestrator.webhooks.signers import (
    CERTIFICATE_URL,
    NOW,
    TOPIC,
    amazon_answers,
    certificate,
    from_amazon,
    from_mailgun,
    from_postmark,
    from_sendgrid,
    from_twilio,
    sendgrid_public,
)

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "webhooks"
real_data = pytest.mark.skipif(not REAL.exists(), reason="the public extracts do not stand beside this repository (../shared/data)")
A_DAY = timedelta(days=1)
ROWS = [{"event": "delivered", "sg_event_id": "1", "timestamp": 1803891600}]


def the_sendgrid() -> SendGrid:
    return SendGrid(sendgrid_public(), tolerance=A_DAY)


def the_mailgun() -> Mailgun:
    return Mailgun("mailgun-key", tolerance=A_DAY)


def the_ses(*, confirm: bool = False, fetch: sns.Fetch = amazon_answers) -> Ses:
    return Ses([TOPIC], fetch, confirm=confirm, tolerance=A_DAY)


def the_twilio() -> Twilio:
    return Twilio("twilio-token", public_url="https://dirigent.example/")


GENUINE: list[tuple[str, Provider, Delivery]] = [
    ("sendgrid", the_sendgrid(), from_sendgrid(ROWS)),
    ("mailgun", the_mailgun(), from_mailgun({"event": "delivered"})),
    ("postmark", Postmark(username="dirigent", password="a-long-secret"), from_postmark({"RecordType": "Delivery"})),
    ("ses of version 1", the_ses(), from_amazon({"eventType": "Send"}, version="1")),
    ("ses of version 2", the_ses(), from_amazon({"eventType": "Send"})),
    ("twilio", the_twilio(), from_twilio("MessageSid=SM1&MessageStatus=delivered&To=%2B46")),
]


@pytest.mark.parametrize(("provider", "given"), [each[1:] for each in GENUINE], ids=[each[0] for each in GENUINE])
async def test_what_a_provider_signed_is_let_in(provider: Provider, given: Delivery) -> None:
    """With the provider's own key and just now."""
    assert await provider.refused(given, now=NOW) is None


def _one_byte_another(signed: bytes) -> Iterator[bytes]:
    for place in range(len(signed)):
        yield signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]


async def test_one_changed_byte_of_what_sendgrid_signed_fails() -> None:
    """Every byte of the body and of the timestamp is tried."""
    given = from_sendgrid(ROWS)
    for body in _one_byte_another(given.body):
        assert await the_sendgrid().refused(replace(given, body=body), now=NOW) is Refusal.SIGNATURE_INVALID
    for timestamp in _one_byte_another(given.headers[sendgrid.TIMESTAMP].encode()):
        headers = {**given.headers, sendgrid.TIMESTAMP: timestamp.decode()}
        assert await the_sendgrid().refused(replace(given, headers=headers), now=NOW) is Refusal.SIGNATURE_INVALID


async def test_one_changed_byte_of_what_amazon_signed_fails() -> None:
    """Of each field that is signed, in both versions."""
    for version in ("1", "2"):
        message = json.loads(from_amazon({"eventType": "Send"}, version=version).body)
        for name in ("Message", "MessageId", "Timestamp", "TopicArn", "Type", "Signature"):
            for value in list(_one_byte_another(message[name].encode()))[:12]:
                body = json.dumps({**message, name: value.decode()}).encode()
                assert await the_ses().refused(Delivery({}, body), now=NOW) is Refusal.SIGNATURE_INVALID, (version, name, value)


async def test_one_changed_byte_of_what_twilio_signed_fails() -> None:
    """Of the form's values and of the address."""
    given = from_twilio("MessageSid=SM1&MessageStatus=delivered", target="/webhooks/twilio?dirigent_message=m")
    for body in (b"MessageSid=SM2&MessageStatus=delivered", b"MessageSid=SM1&MessageStatus=delivereD", b"MessageSid=SM1&MessageStatus=delivered&a=b"):
        assert await the_twilio().refused(replace(given, body=body), now=NOW) is Refusal.SIGNATURE_INVALID
    assert await the_twilio().refused(replace(given, target="/webhooks/twilio?dirigent_message=n"), now=NOW) is Refusal.SIGNATURE_INVALID


async def test_one_changed_byte_of_a_json_body_of_twilio_fails() -> None:
    """The address carries the body's digest, and the signature covers the address."""
    body = b'{"MessageSid": "SM1", "MessageStatus": "read"}'
    target = f"/webhooks/twilio?bodySHA256={hashlib.sha256(body).hexdigest()}"
    given = replace(from_twilio("", target=target), body=body)
    given = replace(given, headers={**given.headers, "content-type": "application/json"})
    assert await the_twilio().refused(given, now=NOW) is None
    for another in _one_byte_another(body):
        assert await the_twilio().refused(replace(given, body=another), now=NOW) is Refusal.SIGNATURE_INVALID


async def test_one_changed_byte_of_what_mailgun_signed_fails() -> None:
    """Of the timestamp, the token and the signature: the vendor's scheme covers no more."""
    stamp = json.loads(from_mailgun({"event": "delivered"}).body)["signature"]
    for name, value in stamp.items():
        for another in _one_byte_another(value.encode()):
            body = json.dumps({"signature": {**stamp, name: another.decode()}, "event-data": {}}).encode()
            assert await the_mailgun().refused(Delivery({}, body), now=NOW) is Refusal.SIGNATURE_INVALID


async def test_one_changed_byte_of_postmark_s_secret_fails() -> None:
    """In either of the two ways in which it may prove itself."""
    basic = Postmark(username="dirigent", password="a-long-secret")
    for another in _one_byte_another(b"dirigent:a-long-secret"):
        assert await basic.refused(from_postmark({}, credentials=another.decode("latin-1")), now=NOW) is Refusal.SIGNATURE_INVALID
    header = Postmark(header="X-Dirigent-Secret", secret="another-long-secret")
    assert await header.refused(Delivery({"x-dirigent-secret": "another-long-secret"}, b"{}"), now=NOW) is None
    for another in _one_byte_another(b"another-long-secret"):
        assert await header.refused(Delivery({"x-dirigent-secret": another.decode("latin-1")}, b"{}"), now=NOW) is Refusal.SIGNATURE_INVALID


@pytest.mark.parametrize("late", [timedelta(days=1, seconds=1), timedelta(minutes=-6)])
async def test_a_timestamp_too_far_from_now_is_stale(late: timedelta) -> None:
    """Signed by the provider all the same: older than it would try again for, or ahead of any clock."""
    assert await the_sendgrid().refused(from_sendgrid(ROWS, at=NOW - late), now=NOW) is Refusal.STALE
    assert await the_mailgun().refused(from_mailgun({}, at=NOW - late), now=NOW) is Refusal.STALE
    assert await the_ses().refused(from_amazon({}, at=NOW - late), now=NOW) is Refusal.STALE


@pytest.mark.parametrize("provider", [the_sendgrid(), the_mailgun(), the_ses(), the_twilio(), Postmark(username="a", password="b")])
@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"[]", b"null", b'{"signature": 1}', b"[" * 2000, b'{"TopicArn": "' + TOPIC.encode() + b'"}'])
async def test_rubbish_is_refused_and_breaks_nothing(provider: Provider, body: bytes) -> None:
    """Whatever the body, and whatever stands in the headers."""
    headers = dict.fromkeys((sendgrid.SIGNATURE, sendgrid.TIMESTAMP, twilio.SIGNATURE, "authorization"), "Basic é~")
    assert await provider.refused(Delivery(headers, body), now=NOW) is Refusal.SIGNATURE_INVALID


@pytest.mark.parametrize(
    "address",
    [
        "http://sns.eu-north-1.amazonaws.com/a.pem",
        "https://sns.eu-north-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-north-1.amazonaws.com/a.pem",
        "https://sns.eu-north-1.amazonaws.com@evil.example/a.pem",
        "https://sns.eu-north-1.amazonaws.com:8443/a.pem",
        "https://sns.eu-north-1.amazonaws.com/a.txt",
        "https://s3.eu-north-1.amazonaws.com/a.pem",
        "https://[::1/a.pem",
    ],
)
async def test_a_certificate_from_elsewhere_is_not_fetched(address: str) -> None:
    """Only what lies with SNS itself proves anything, so nobody else is even asked."""

    async def nobody(_: str) -> bytes:
        raise AssertionError("asked")

    assert await the_ses(fetch=nobody).refused(from_amazon({}, SigningCertURL=address), now=NOW) is Refusal.SIGNATURE_INVALID


@pytest.mark.parametrize("pem", [certificate("evil.example"), certificate(until=NOW - timedelta(days=1)), b"no certificate"])
async def test_a_certificate_of_somebody_else_or_of_another_time_proves_nothing(pem: bytes) -> None:
    """Whatever lies at the address."""

    async def answers(_: str) -> bytes:
        return pem

    assert await the_ses(fetch=answers).refused(from_amazon({}), now=NOW) is Refusal.SIGNATURE_INVALID


async def test_a_message_of_another_topic_is_refused() -> None:
    """SNS signs for everybody; only the topics of the settings are ours."""
    assert await the_ses().refused(from_amazon({}, TopicArn=TOPIC + "-of-another"), now=NOW) is Refusal.SIGNATURE_INVALID


@pytest.mark.parametrize(("confirm", "asked"), [(True, 1), (False, 0)])
async def test_a_subscription_is_confirmed_where_the_settings_say_so(confirm: bool, asked: int) -> None:
    """By asking for the address that SNS gives, once its signature is proved."""
    addresses: list[str] = []

    async def answers(address: str) -> bytes:
        addresses.append(address)
        return certificate()

    address = "https://sns.eu-north-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    given = from_amazon({}, Type="SubscriptionConfirmation", SubscribeURL=address, Token="t")
    assert await the_ses(confirm=confirm, fetch=answers).refused(given, now=NOW) is None
    assert addresses == [CERTIFICATE_URL, *[address] * asked]


def _vectors(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REAL / name).read_text()) if REAL.exists() else {}
    return found


@pytest.mark.real_data
@real_data
def test_sendgrid_s_own_vectors() -> None:
    """What SendGrid's libraries are tested with, and each byte of it changed."""
    vectors = _vectors("sendgrid/signature_vectors.json")["vectors"]
    assert len(vectors) == 5
    for vector in vectors:
        body = (REAL / "sendgrid" / vector["body_file"]).read_bytes() if "body_file" in vector else vector["body_inline"].encode()
        key = sendgrid.key_of(vector["public_key"])
        assert sendgrid.genuine(key, vector["timestamp"], vector["signature"], body) is vector["valid"], vector["name"]
        if vector["valid"]:
            assert not any(sendgrid.genuine(key, vector["timestamp"], vector["signature"], another) for another in _one_byte_another(body))


@pytest.mark.real_data
@real_data
async def test_a_replayed_old_vector_of_sendgrid_is_stale() -> None:
    """Genuine, and seven years old."""
    vector = _vectors("sendgrid/signature_vectors.json")["vectors"][0]
    body = (REAL / "sendgrid" / vector["body_file"]).read_bytes()
    given = Delivery({sendgrid.SIGNATURE: vector["signature"], sendgrid.TIMESTAMP: vector["timestamp"]}, body)
    provider = SendGrid(vector["public_key"], tolerance=A_DAY)
    assert await provider.refused(given, now=NOW) is Refusal.STALE
    assert await provider.refused(given, now=datetime.fromtimestamp(int(vector["timestamp"]), UTC)) is None


@pytest.mark.real_data
@real_data
def test_twilio_s_own_vectors() -> None:
    """A form, an address that was signed with the port that goes without saying, and a JSON body."""
    told = _vectors("twilio/signature_vectors.json")
    assert len(told["vectors"]) == 3
    for vector in told["vectors"]:
        if "body" in vector:
            body = vector["body"].encode()
            assert twilio.genuine_body(told["auth_token"], vector["url"], body, vector["signature"])
            assert not any(twilio.genuine_body(told["auth_token"], vector["url"], another, vector["signature"]) for another in _one_byte_another(body))
        else:
            fields = {name: [value] for name, value in vector["params"].items()}
            assert twilio.genuine(told["auth_token"], vector["url"], fields, vector["signature"]), vector["name"]
            for name, (value,) in fields.items():
                assert not twilio.genuine(told["auth_token"], vector["url"], {**fields, name: [value + "1"]}, vector["signature"])
        other = base64.b64encode(bytes(byte ^ 1 for byte in base64.b64decode(vector["signature"]))).decode()
        assert not twilio.genuine(told["auth_token"], vector["url"], {}, other)


@pytest.mark.real_data
@real_data
async def test_mailgun_s_payloads_as_it_signs_them() -> None:
    """Each of the published payloads, genuine in its time and stale now."""
    told = _vectors("mailgun/mailgun_signed_payloads.json")
    provider = Mailgun(told["signing_key"], tolerance=A_DAY)
    for payload in told["payloads"]:
        given = Delivery({}, json.dumps(payload["body"]).encode())
        stamp = payload["body"]["signature"]
        assert mailgun.genuine(told["signing_key"], stamp["timestamp"], stamp["token"], stamp["signature"]), payload["test"]
        assert await provider.refused(given, now=datetime.fromtimestamp(float(stamp["timestamp"]), UTC)) is None
        assert await provider.refused(given, now=NOW) is Refusal.STALE
        assert not mailgun.genuine(told["signing_key"], stamp["timestamp"], stamp["token"][:-1] + "x", stamp["signature"])


def test_a_certificate_of_sns_says_so_itself() -> None:
    """By its name, whichever region's it is, and within its time."""
    made = load_pem_x509_certificate(certificate())
    assert sns.belongs_to_sns(made, now=NOW)
    assert not sns.belongs_to_sns(made, now=NOW + timedelta(days=301))


async def test_while_a_key_is_changed_either_is_let_in() -> None:
    """And no third one; what is too old is still told as that."""
    keys = {"mailgun": {"signing_key": "new-key", "former_signing_key": "mailgun-key"}, "twilio": {"auth_token": "new", "former_auth_token": "twilio-token"}}
    keys |= {"sendgrid": {"public_key": sendgrid_public(), "former_public_key": sendgrid_public()}}
    keys |= {"postmark": {"username": "dirigent", "password": "a-newer-and-long-secret", "former": "a-long-long-secret"}}
    known = providers(Doors.model_validate(keys), public_url="https://dirigent.example", fetch=amazon_answers)
    by_key = {
        "mailgun": [from_mailgun({"event": "opened"}, key=key) for key in ("new-key", "mailgun-key", "guess")],
        "twilio": [from_twilio("MessageSid=SM1&MessageStatus=read", key=key) for key in ("new", "twilio-token", "guess")],
        "postmark": [from_postmark({}, credentials=f"dirigent:{word}") for word in ("a-newer-and-long-secret", "a-long-long-secret", "a-guess")],
    }
    for name, each in by_key.items():
        assert [await known[name].refused(given, now=NOW) for given in each] == [None, None, Refusal.SIGNATURE_INVALID]
    assert await known["sendgrid"].refused(from_sendgrid(ROWS, at=NOW - 2 * A_DAY), now=NOW) is Refusal.STALE
    assert known["mailgun"].token(by_key["mailgun"][1]) == "5a" * 25


FORM = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("provider", "given"),
    [
        (the_twilio(), Delivery({}, b"a=1&" * 300)),
        (the_mailgun(), Delivery({"content-type": FORM}, b'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n\xff\r\n--b--')),
        (the_mailgun(), Delivery({}, rb'{"signature": {"timestamp": "1", "token": "\ud800", "signature": "x"}}')),
        (the_mailgun(), Delivery({}, b"[" * 100_000)),
        (the_ses(), Delivery({}, b'{"TopicArn": ["a list"]}')),
        (the_ses(), Delivery({}, b"\x1f\x8b\x08 packed")),
    ],
)
async def test_what_nobody_can_read_is_not_signed(provider: Provider, given: Delivery) -> None:
    """Whatever is thrown at the door is refused, and is no error of ours."""
    assert await refusal(provider, given, now=NOW) is Refusal.SIGNATURE_INVALID
