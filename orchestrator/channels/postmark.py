"""E-mail by Postmark: `POST /email`.

It takes no idempotency key. It can be asked for messages by their metadata for 45 days. Metadata values have 80 characters at most.
https://postmarkapp.com/developer/api/email-api
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import httpx

from activities.ports import Message
from orchestrator.channels.accounts import Postmark
from orchestrator.channels.conversation import Reply
from orchestrator.channels.provider import METADATA, Fault, Provider, bare
from orchestrator.mail.invitations import as_calendar, method_of
from orchestrator.mail.mime import require_sound

_OURS = ("10", "300_from", "400", "401", "405", "412", "413", "1235")
"""Its token, sender signature, account or stream."""
_INVALID = 300


class PostmarkProvider(Provider):
    name = "postmark"
    check = "DIRIGENT_CHANNELS: token and stream, and that DIRIGENT_MAIL_FROM is a confirmed sender"
    faults: ClassVar[Mapping[str, Fault]] = {
        **dict.fromkeys(_OURS, Fault.OURS),
        "100": Fault.BUSY,
        "429": Fault.BUSY,
        "300": Fault.MESSAGE,
        "406": Fault.MESSAGE,
    }

    def __init__(self, account: Postmark) -> None:
        self._account = account
        self._url = str(account.url).rstrip("/")

    def written(self, message: Message, *, now: datetime) -> httpx.Request:
        require_sound(message)
        headers = {"Message-ID": message.message_id, "X-PM-KeepID": "true", **message.headers}
        answers_to = headers.pop("Reply-To", None)
        told = {
            "From": message.sender,
            "To": message.to,
            "ReplyTo": answers_to,
            "Subject": message.subject or "",
            "TextBody": message.text,
            "HtmlBody": message.html,
            "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
            "Metadata": {METADATA: bare(message.message_id)},
            "MessageStream": self._account.stream,
            "TrackOpens": False,  # our own links tell of clicks
            "TrackLinks": "None",
        }
        if message.invitation is not None:
            told["Attachments"] = [_calendar(as_calendar(message, at=now), method_of(message.invitation))]
        return self._request("POST", "/email", json={name: value for name, value in told.items() if value is not None})

    def taken(self, reply: Reply) -> str | None:
        told = reply.told
        return str(told["MessageID"]) if told.get("ErrorCode") == 0 and told.get("MessageID") else None

    def code(self, reply: Reply) -> str | None:
        """It may answer with a code of trouble under any status, 200 among them. Only words tell which address is wrong."""
        code, words = reply.told.get("ErrorCode"), str(reply.told.get("Message"))
        if code == _INVALID and "'From'" in words:
            return "300_from"
        return str(code) if code else None

    def question(self, message_id: str) -> httpx.Request | None:
        asked = {"count": "1", "offset": "0", "messagestream": self._account.stream, f"metadata_{METADATA}": bare(message_id)}
        return self._request("GET", "/messages/outbound", params=asked)

    def found(self, reply: Reply) -> bool:
        return bool(reply.told.get("Messages"))

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Request:
        headers = {"X-Postmark-Server-Token": self._account.token.get_secret_value(), "Accept": "application/json"}
        return httpx.Request(method, self._url + path, headers=headers, **parts)


def _calendar(written: str, method: str) -> dict[str, str]:
    """It has no third form of a text, so the calendar is attached, with its method for mail programs that look for it."""
    return {"Name": "invite.ics", "Content": base64.b64encode(written.encode()).decode(), "ContentType": f"text/calendar; charset=utf-8; method={method}"}
