"""A channel into a system of the company's own: one signed POST for each message, by Standard Webhooks, in the same form as requests of journeys.

The id is the same for every offer of one message, and the idempotency key too. The other side takes a message once for each; any answer but a 2xx says that it
has not.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import httpx

from activities.ports import Message
from journeys.shapes import Stored
from orchestrator.channels.accounts import Webhook
from orchestrator.channels.conversation import Reply
from orchestrator.channels.provider import METADATA, Fault, Provider, bare
from orchestrator.mail.invitations import as_calendar
from orchestrator.requests.signing import stamped


class Delivery(Stored):
    """What the other system is told."""

    dirigent_message: str
    to: str
    language: str
    text: str
    subject: str | None
    html: str | None
    headers: dict[str, str]
    calendar: str | None
    content: str | None


class WebhookProvider(Provider):
    name = "webhook"
    check = "DIRIGENT_CHANNELS: url and secret"
    faults: ClassVar[Mapping[str, Fault]] = {"500": Fault.BUSY, "503": Fault.BUSY}
    """By its contract. What a gateway before it says (502, 504) leaves in doubt whether it was reached."""

    def __init__(self, account: Webhook) -> None:
        self._account = account

    def written(self, message: Message, *, now: datetime) -> httpx.Request:
        body = _delivery(message, now).model_dump_json().encode()
        key = bare(message.message_id)
        stamp = stamped(self._account.secret.get_secret_value(), key, body, now=now)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, **stamp.headers}
        return httpx.Request("POST", str(self._account.url), content=body, headers=headers)

    def taken(self, reply: Reply) -> str | None:
        """It may tell an id of its own; a 2xx says enough."""
        told = reply.told.get("id")
        return told if isinstance(told, str) else ""

    def code(self, reply: Reply) -> str | None:
        return None if reply.good else str(reply.status)


def _delivery(message: Message, now: datetime) -> Delivery:
    told = message.model_dump(include={"to", "language", "text", "subject", "html", "headers", "content"})
    calendar = as_calendar(message, at=now) if message.invitation is not None else None
    return Delivery.model_validate({**told, METADATA: bare(message.message_id), "calendar": calendar})
