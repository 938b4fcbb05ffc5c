"""E-mail by SendGrid: version 3 of its interface, `POST /v3/mail/send`.

It takes no idempotency key. It can be asked what it took where the account has the additional e-mail activity history (`GET /v3/messages`).
https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx

from activities.ports import Message
from orchestrator.channels.accounts import SendGrid
from orchestrator.channels.conversation import Reply
from orchestrator.channels.provider import METADATA, Fault, Provider, bare
from orchestrator.mail.invitations import as_calendar, method_of
from orchestrator.mail.mime import require_sound

_TAKEN = 202
"""200 says that a message is valid and not queued, as in its sandbox."""


class SendGridProvider(Provider):
    name = "sendgrid"
    check = "DIRIGENT_CHANNELS: key, and that it may send mail as DIRIGENT_MAIL_FROM"
    faults: ClassVar[Mapping[str, Fault]] = {"sender": Fault.OURS}

    def __init__(self, account: SendGrid) -> None:
        self._account = account
        self._url = str(account.url).rstrip("/")

    def written(self, message: Message, *, now: datetime) -> httpx.Request:
        require_sound(message)
        headers = dict(message.headers)
        answers_to = headers.pop("Reply-To", None)  # SendGrid takes it by itself, and refuses it among the headers
        told: dict[str, Any] = {
            "personalizations": [{"to": [{"email": message.to}]}],
            "from": {"email": message.sender},
            "subject": message.subject or "",
            "content": self._content(message, now),
            "headers": {"Message-ID": message.message_id, **headers},
            "custom_args": {METADATA: bare(message.message_id)},
            # Our own links tell of clicks; a provider's would send readers round by another address.
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": {"enable": False},
                "subscription_tracking": {"enable": False},
            },
        }
        if answers_to is not None:
            told["reply_to"] = {"email": answers_to}
        return self._request("POST", "/v3/mail/send", json=told)

    def taken(self, reply: Reply) -> str | None:
        return str(reply.headers.get("x-message-id", "")) if reply.status == _TAKEN else None

    def code(self, reply: Reply) -> str | None:
        """It has none of its own; but a message that is wrong in its sender is wrong for our settings."""
        return "sender" if any(str(error.get("field")).startswith("from") for error in reply.several("errors")) else None

    def wish(self, reply: Reply, *, now: datetime) -> timedelta | None:
        """Of one that is throttled, the end of the period in seconds since 1970."""
        reset = reply.headers.get("x-ratelimit-reset", "")
        if reply.status == httpx.codes.TOO_MANY_REQUESTS and reset.isascii() and reset.isdecimal() and len(reset) <= 11:  # noqa: PLR2004 - until the year 5138
            return max(timedelta(), datetime.fromtimestamp(int(reset), UTC) - now)
        return super().wish(reply, now=now)

    def question(self, message_id: str) -> httpx.Request | None:
        if not self._account.activity:
            return None
        return self._request("GET", "/v3/messages", params={"limit": "1", "query": f"(unique_args['{METADATA}']=\"{bare(message_id)}\")"})

    def found(self, reply: Reply) -> bool:
        return bool(reply.told.get("messages"))

    def _content(self, message: Message, now: datetime) -> list[dict[str, str]]:
        """The forms of the text, the plainest first."""
        forms = [("text/plain", message.text), ("text/html", message.html)]
        if message.invitation is not None:
            forms.append((f"text/calendar; method={method_of(message.invitation)}", as_calendar(message, at=now)))
        return [{"type": kind, "value": text} for kind, text in forms if text]

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Request:
        return httpx.Request(method, self._url + path, headers={"Authorization": f"Bearer {self._account.key.get_secret_value()}"}, **parts)
