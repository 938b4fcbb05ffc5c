"""What each provider tells, in our words: kinds, ids, times and codes, and never an address or a word of a person."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.webhooks import mailgun, postmark, sendgrid, ses, twilio
from orchestrator.webhooks.telling import Kind, Rows, Told, Unread
from tests.orchestrator.webhooks.signers import from_amazon
from tests.orchestrator.webhooks.test_signatures import REAL, real_data

AT = 1803891600
MESSAGE = "5f0c9a37@mail.example"


def _sendgrid(*rows: Any) -> Rows:
    return sendgrid.facts(json.dumps(rows).encode())


def _mailgun(row: Any) -> Rows:
    return mailgun.facts(json.dumps({"event-data": row}).encode())


def _postmark(row: Any) -> Rows:
    return postmark.facts(json.dumps(row).encode())


def _ses(row: Any) -> Rows:
    return ses.facts(from_amazon(row).body)


def _twilio(row: str) -> Rows:
    return twilio.facts({name: values[0] for name, values in twilio.fields_of(row.encode()).items()}, query={"dirigent_message": [MESSAGE]})


MAIL = {"messageId": "ses-1", "tags": {"dirigent_message": [MESSAGE]}, "headers": [{"name": "Message-ID", "value": "<a@b>"}]}

SAID: list[tuple[Rows, Kind | None, str | None]] = [
    (_sendgrid({"event": "processed"}), Kind.NOTED, None),
    (_sendgrid({"event": "deferred"}), Kind.DELAYED, None),
    (_sendgrid({"event": "bounce", "status": "5.1.1"}), Kind.BOUNCED, "5.1.1"),
    (_sendgrid({"event": "bounce", "status": "4.0.0", "type": "blocked"}), Kind.SOFT_BOUNCED, "blocked"),
    (_sendgrid({"event": "dropped", "reason": "Unsubscribed Address"}), Kind.SOFT_BOUNCED, "dropped_unsubscribed"),
    (_sendgrid({"event": "dropped", "reason": "Bounced Address"}), Kind.BOUNCED, "dropped_bounced"),
    (_sendgrid({"event": "dropped", "reason": "Astrid is away"}), Kind.SOFT_BOUNCED, "dropped"),
    (_sendgrid({"event": "open"}), Kind.OPENED, None),
    (_sendgrid({"event": "open", "sg_machine_open": False}), Kind.OPENED, None),
    (_sendgrid({"event": "open", "sg_machine_open": True}), Kind.MACHINE_OPENED, None),
    (_sendgrid({"event": "click"}), Kind.CLICKED, None),
    (_sendgrid({"event": "spamreport"}), Kind.COMPLAINED, None),
    (_sendgrid({"event": "group_unsubscribe"}), Kind.UNSUBSCRIBED, None),
    (_sendgrid({"event": "group_resubscribe"}), Kind.NOTED, None),
    (_sendgrid({"event": "levitated"}), None, None),
    (_mailgun({"event": "failed", "severity": "temporary", "delivery-status": {"code": 498}}), Kind.DELAYED, "498"),
    (_mailgun({"event": "failed", "severity": "permanent", "delivery-status": {"code": 550}}), Kind.BOUNCED, "550"),
    (_mailgun({"event": "failed", "severity": "permanent", "reason": "suppress-complaint"}), Kind.SOFT_BOUNCED, None),
    (_mailgun({"event": "rejected"}), Kind.SOFT_BOUNCED, None),
    (_mailgun({"event": "opened", "client-info": {"bot": "apple"}}), Kind.MACHINE_OPENED, None),
    (_mailgun({"event": "clicked", "client-info": {"bot": "generic"}}), Kind.MACHINE_OPENED, None),
    (_mailgun({"event": "opened", "client-info": {"bot": ""}}), Kind.OPENED, None),
    (_mailgun({"event": "accepted", "delivery-status": None}), Kind.NOTED, None),
    (_mailgun({"event": "levitated"}), None, None),
    (_postmark({"RecordType": "Delivery"}), Kind.DELIVERED, None),
    (_postmark({"RecordType": "Bounce", "Type": "SoftBounce"}), Kind.SOFT_BOUNCED, "SoftBounce"),
    (_postmark({"RecordType": "Bounce", "Type": "HardBounce"}), Kind.BOUNCED, "HardBounce"),
    (_postmark({"RecordType": "Bounce", "Type": "Transient"}), Kind.DELAYED, "Transient"),
    (_postmark({"RecordType": "Bounce", "Type": "Unsubscribe"}), Kind.UNSUBSCRIBED, "Unsubscribe"),
    (_postmark({"RecordType": "Bounce", "Type": "AutoResponder"}), Kind.NOTED, "AutoResponder"),
    (
        _postmark({"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "ManualSuppression"}),
        Kind.UNSUBSCRIBED,
        "ManualSuppression",
    ),
    (_postmark({"RecordType": "SubscriptionChange", "SuppressSending": False, "SuppressionReason": None}), Kind.NOTED, None),
    (_postmark({"RecordType": "Levitation"}), None, None),
    (_ses({"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "General"}, "mail": MAIL}), Kind.BOUNCED, "Permanent.General"),
    (_ses({"eventType": "Rendering Failure", "failure": {}, "mail": MAIL}), Kind.SOFT_BOUNCED, None),
    (_ses({"eventType": "Subscription", "subscription": {"newTopicPreferences": {"unsubscribeAll": True}}, "mail": MAIL}), Kind.UNSUBSCRIBED, None),
    (_ses({"eventType": "Subscription", "subscription": {"newTopicPreferences": {"unsubscribeAll": False}}, "mail": MAIL}), Kind.NOTED, None),
    (_ses({"notificationType": "Delivery", "delivery": {}, "mail": MAIL}), Kind.DELIVERED, None),
    (_ses({"notificationType": "Received", "mail": MAIL}), None, None),
    (_twilio("MessageSid=SM1&MessageStatus=delivered"), Kind.DELIVERED, None),
    (_twilio("MessageSid=SM1&MessageStatus=read"), Kind.OPENED, None),
    (_twilio("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003"), Kind.SOFT_BOUNCED, "30003"),
    (_twilio("MessageSid=SM1&MessageStatus=failed&ErrorCode=30005"), Kind.BOUNCED, "30005"),
    (_twilio("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=21610"), Kind.UNSUBSCRIBED, "21610"),
    (_twilio("SmsSid=SM1&SmsStatus=sent"), Kind.NOTED, None),
    (_twilio("MessageSid=SM1&MessageStatus=levitated"), None, None),
]


@pytest.mark.parametrize(("rows", "kind", "code"), SAID)
def test_what_each_provider_says(rows: Rows, kind: Kind | None, code: str | None) -> None:
    """An unknown word is kept as it is, and is no error."""
    (row,) = rows
    assert isinstance(row, Told)
    assert (row.kind, row.code) == (kind, code)


IDS: list[tuple[Rows, tuple[str | None, str | None, str | None]]] = [
    (
        _sendgrid({"event": "open", "dirigent_message": MESSAGE, "sg_message_id": "wrf.filter0425.1.0", "smtp-id": "<a@b>", "timestamp": AT}),
        (MESSAGE, "wrf", "<a@b>"),
    ),
    (
        _mailgun({"event": "opened", "user-variables": {"dirigent_message": MESSAGE}, "message": {"headers": {"message-id": "a@b"}}, "timestamp": AT + 0.0}),
        (MESSAGE, "<a@b>", "a@b"),
    ),
    (
        _postmark(
            {"RecordType": "Open", "Metadata": {"dirigent_message": MESSAGE}, "MessageID": "883953f4", "ReceivedAt": "2027-03-01T10:00:00.0000000+01:00"}
        ),
        (MESSAGE, "883953f4", None),
    ),
    (_ses({"eventType": "Open", "open": {"timestamp": "2027-03-01T09:00:00.000Z"}, "mail": MAIL}), (MESSAGE, "ses-1", "<a@b>")),
]


@pytest.mark.parametrize(("rows", "ids"), IDS)
def test_the_ids_by_which_a_message_is_found(rows: Rows, ids: tuple[str | None, str | None, str | None]) -> None:
    """Our own, the provider's, the Message-ID; and when it happened."""
    (row,) = rows
    assert isinstance(row, Told)
    assert (row.message, row.provider_id, row.message_id) == ids
    assert row.at == datetime.fromtimestamp(AT, UTC)


def test_twilio_says_no_time_and_carries_our_name_in_the_address() -> None:
    """It counts as happening when it arrives."""
    assert _twilio("MessageSid=SM1&MessageStatus=sent") == (Told("SM1.sent", "sent", Kind.NOTED, None, MESSAGE, "SM1"),)


def test_a_bad_row_does_not_lose_the_others() -> None:
    """It is told as one that cannot be read, with its place."""
    rows = _sendgrid({"event": "open", "sg_event_id": "1"}, {"no": "event"}, "a word", None, {"event": "click", "sg_event_id": "2"})
    assert [row.source_id if isinstance(row, Told) else (row.number, row.why) for row in rows] == [
        "1", (1, "KeyError"), (2, "TypeError"), (3, "TypeError"), "2",
    ]  # fmt: skip


@pytest.mark.parametrize("body", [b"{}", b"nothing", b"[", b"\xff"])
def test_a_whole_that_cannot_be_read_says_so(body: bytes) -> None:
    """As one error, not as an empty batch."""
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is refused as not understood
        sendgrid.facts(body)
    with pytest.raises(ValueError):  # noqa: PT011
        mailgun.facts(body)


def test_a_row_without_an_id_is_known_by_its_digest() -> None:
    """The same row again has the same id, another has another."""
    (one,), (same,), (other,) = _mailgun({"event": "opened"}), _mailgun({"event": "opened"}), _mailgun({"event": "clicked"})
    assert isinstance(one, Told)
    assert isinstance(same, Told)
    assert isinstance(other, Told)
    assert one.source_id == same.source_id != other.source_id


def test_odd_values_are_read_or_left_out() -> None:
    """A time that is none, an id that is a list, a number where a text stands: the row is taken."""
    (row,) = _sendgrid({"event": "open", "timestamp": "yesterday", "sg_event_id": 7, "sg_message_id": ["x"], "dirigent_message": "a" * 900})
    assert isinstance(row, Told)
    assert (row.at, row.source_id, row.provider_id, len(row.message or "")) == (None, "7", None, 200)
    (row,) = _sendgrid({"event": "open", "timestamp": 1e30})
    assert isinstance(row, Told)
    assert row.at is None


def _payloads(provider: str) -> list[Any]:
    path = REAL / "anymail" / f"{provider}_webhook_payloads.json"
    return [each["value"] for each in json.loads(path.read_text())] if path.exists() else []


@pytest.mark.real_data
@real_data
def test_the_published_payloads_are_all_read() -> None:
    """Of every provider; the one word that we do not know is that of a message that came in."""
    told: list[Told | Unread] = []
    for batch in _payloads("sendgrid"):
        told += sendgrid.facts(json.dumps(batch).encode())
    for row in _payloads("mailgun"):
        if isinstance(row, dict) and "event-data" in row:
            told += mailgun.facts(json.dumps(row).encode())
    for row in _payloads("postmark"):
        told += _postmark(row)
    for event in json.loads((REAL / "ses" / "ses_event_examples.json").read_text()):
        told += _ses(event["event"])
    for event in _payloads("amazon_ses"):
        if "notificationType" in event or "eventType" in event:
            told += _ses(event)
    assert len(told) == 10 + 10 + 9 + 15 + 9
    assert not [row for row in told if isinstance(row, Unread) or row.kind is None]
    kept = repr(told)
    assert not [address for address in ("recipient@example.com", "jane@example.com", "bounce@example.com", "550 5.1.1") if address in kept]
