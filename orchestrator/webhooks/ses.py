"""Amazon SES, which tells through SNS: one event in each message, whether it was published as an event or as a notification of the older kind."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from orchestrator.webhooks import sns
from orchestrator.webhooks.telling import CLOCKS_DIFFER, OURS, Delivery, Kind, Refusal, Rows, Told, Unread, document, each, inside, instant, mapping, text

_KINDS = {
    "Send": Kind.NOTED,
    "Delivery": Kind.DELIVERED,
    "DeliveryDelay": Kind.DELAYED,
    "Bounce": Kind.BOUNCED,
    "Reject": Kind.SOFT_BOUNCED,
    "Rendering Failure": Kind.SOFT_BOUNCED,
    "Complaint": Kind.COMPLAINED,
    "Open": Kind.OPENED,
    "Click": Kind.CLICKED,
}
_PARTS = {"DeliveryDelay": "deliveryDelay", "Rendering Failure": "failure"}
_CONFIRM = "SubscriptionConfirmation"

log = structlog.get_logger()


class Ses:
    def __init__(self, topics: Collection[str], fetch: sns.Fetch, *, confirm: bool, tolerance: timedelta) -> None:
        """`topics` are the ARNs that are let in. With `confirm`, a subscription of one of them is confirmed by asking for its address."""
        self._topics, self._fetch, self._confirm, self._tolerance = frozenset(topics), fetch, confirm, tolerance
        self._certificates = sns.Certificates(fetch)

    async def refused(self, given: Delivery, *, now: datetime) -> Refusal | None:
        message = _message(given.body)
        if message.get("TopicArn") not in self._topics:
            return Refusal.SIGNATURE_INVALID
        certificate = await self._certificates.at(str(message.get("SigningCertURL") or message.get("SigningCertUrl") or ""), now=now)
        if certificate is None or not sns.genuine(message, certificate):
            return Refusal.SIGNATURE_INVALID
        at = instant(message.get("Timestamp"))
        if at is None or not -CLOCKS_DIFFER <= now - at <= self._tolerance:
            return Refusal.STALE
        if message.get("Type") == _CONFIRM and self._confirm:
            await self._subscribe(str(message.get("SubscribeURL")))
        return None

    def token(self, _: Delivery) -> str | None:
        """A message that comes again is known by its id, which is signed."""
        return None

    def read(self, given: Delivery) -> Rows:
        return facts(given.body)

    async def _subscribe(self, address: str) -> None:
        if sns.amazons(address):
            await self._fetch(address)
            log.info("webhook", doing="subscription confirmed", provider="ses")


def facts(body: bytes) -> Rows:
    """The event that a message of SNS carries."""
    message = _message(body)
    name = text(message.get("MessageId")) or ""
    if message.get("Type") != "Notification":
        told = text(message.get("Type")) or ""
        kind = Kind.NOTED if told in {_CONFIRM, "UnsubscribeConfirmation"} else None
        return (Told(source_id=name, event=told, kind=kind, at=instant(message.get("Timestamp"))),)
    try:
        event = document(str(message["Message"]).encode())
    except (ValueError, KeyError):
        return (Unread(0, "no JSON in the message"),)
    return each([event], lambda row: _tell(row, name))


def _message(body: bytes) -> Mapping[str, Any]:
    try:
        return mapping(document(body))
    except (ValueError, TypeError):
        return {}


def _tell(row: Mapping[str, Any], name: str) -> Told:
    event = text(row.get("eventType") or row.get("notificationType")) or ""
    part = row.get(_PARTS.get(event, event.lower())) or {}
    kind = _KINDS.get(event)
    if event == "Bounce" and part.get("bounceType") != "Permanent":
        kind = Kind.SOFT_BOUNCED
    if event == "Subscription":
        kind = Kind.UNSUBSCRIBED if inside(part, "newTopicPreferences", "unsubscribeAll") is True else Kind.NOTED
    mail = mapping(row["mail"])
    return Told(
        source_id=name,
        event=event,
        kind=kind,
        at=instant(inside(part, "timestamp")) or instant(mail.get("timestamp")),
        message=_ours(mail),
        provider_id=text(mail.get("messageId")),
        message_id=_header(mail, "message-id"),
        code=_code(event, part),
    )


def _ours(mail: Mapping[str, Any]) -> str | None:
    tags = inside(mail, "tags", OURS)
    return text(tags[0]) if isinstance(tags, list) and tags else _header(mail, "x-dirigent-message")


def _header(mail: Mapping[str, Any], name: str) -> str | None:
    headers: Iterator[Any] = iter(mail.get("headers") or ())
    return next((text(each.get("value")) for each in headers if isinstance(each, dict) and str(each.get("name")).lower() == name), None)


def _code(event: str, part: Mapping[str, Any]) -> str | None:
    match event:
        case "Bounce":
            return text(f"{part.get('bounceType')}.{part.get('bounceSubType')}", most=60)
        case "Complaint":
            return text(part.get("complaintFeedbackType"), most=40)
        case "DeliveryDelay":
            return text(part.get("delayType"), most=60)
        case _:
            return None
