"""E-mail by Mailgun: `POST /v3/<domain>/messages.mime`, to which a message goes in its written form.

It takes no idempotency key. Messages have arrived after a 5xx. It can be asked for its events by Message-ID for as long as it keeps them: a day to a month,
by plan.
https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages
"""

from datetime import datetime

import httpx

from activities.ports import Message
from orchestrator.channels.accounts import Mailgun
from orchestrator.channels.conversation import Reply
from orchestrator.channels.provider import METADATA, Provider, bare, logged_in
from orchestrator.mail.mime import written


class MailgunProvider(Provider):
    name = "mailgun"
    check = "DIRIGENT_CHANNELS: key, domain and, for the European region, url"

    def __init__(self, account: Mailgun) -> None:
        self._account = account
        self._url = f"{str(account.url).rstrip('/')}/v3/{account.domain}"

    def written(self, message: Message, *, now: datetime) -> httpx.Request:
        text = written(message, at=now)
        told = {
            "to": message.to,
            f"v:{METADATA}": bare(message.message_id),
            "o:tracking": "no",  # our own links tell of clicks
            "o:tracking-clicks": "no",
            "o:tracking-opens": "no",
        }
        return self._logged_in(httpx.Request("POST", f"{self._url}/messages.mime", data=told, files={"message": ("message.mime", text, "message/rfc822")}))

    def taken(self, reply: Reply) -> str | None:
        told = reply.told.get("id")
        return told if isinstance(told, str) else None

    def question(self, message_id: str) -> httpx.Request | None:
        """From now on backwards, which is what it does by itself."""
        return self._logged_in(httpx.Request("GET", f"{self._url}/events", params={"message-id": bare(message_id), "limit": "1"}))

    def found(self, reply: Reply) -> bool:
        return bool(reply.told.get("items"))

    def _logged_in(self, request: httpx.Request) -> httpx.Request:
        return logged_in(request, "api", self._account.key.get_secret_value())
