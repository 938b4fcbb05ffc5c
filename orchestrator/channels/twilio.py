"""Texts in Twilio's interface, `POST /2010-04-01/Accounts/<account>/Messages.json`: SMS with the words themselves, WhatsApp with an approved template.

It takes no idempotency key, and keeps nothing of ours by which it could be asked for a message.
https://www.twilio.com/docs/messaging/api/message-resource
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import httpx

from activities.ports import Message
from orchestrator.channels.accounts import Template, Twilio, TwilioSms, TwilioWhatsApp
from orchestrator.channels.conversation import Reply
from orchestrator.channels.provider import METADATA, CannotBeWrittenError, Fault, Provider, bare, logged_in

_OURS = ("20003", "20404", "21212", "21408", "21603", "21606", "21608", "21655", "21659", "21660", "63007")
"""Log-in, account, sender, and what the account may do (https://www.twilio.com/docs/api/errors)."""
_BUSY = ("20429", "14107", "21611")
_MESSAGE = ("21211", "21614", "21617", "21656")
"""A number that is none or cannot be written to; a text that is too long; variables that do not fit."""
_STOPPED = "21610"
"""The number said STOP."""


class TwilioProvider(Provider):
    """What SMS and WhatsApp have in common."""

    name = "twilio"
    check = "DIRIGENT_CHANNELS: account, token, key and sender"
    faults: ClassVar[Mapping[str, Fault]] = {
        **dict.fromkeys(_OURS, Fault.OURS),
        **dict.fromkeys(_BUSY, Fault.BUSY),
        **dict.fromkeys(_MESSAGE, Fault.MESSAGE),
        _STOPPED: Fault.STOPPED,
    }

    def __init__(self, account: Twilio, *, sender: str, prefix: str = "") -> None:
        self._account, self._sender, self._prefix = account, sender, prefix
        self._url = f"{str(account.url).rstrip('/')}/2010-04-01/Accounts/{account.account}/Messages.json"

    def request(self, message: Message, words: Mapping[str, str]) -> httpx.Request:
        """The request to send those words, which say it in one of Twilio's ways."""
        sender = {"MessagingServiceSid": self._sender} if self._sender.startswith("MG") else {"From": self._prefix + self._sender}
        told = {"To": self._prefix + message.to, **sender, **words}
        if self._account.callback is not None:
            told["StatusCallback"] = str(httpx.URL(str(self._account.callback)).copy_merge_params({METADATA: bare(message.message_id)}))
        return logged_in(httpx.Request("POST", self._url, data=told), self._account.key or self._account.account, self._account.token.get_secret_value())

    def taken(self, reply: Reply) -> str | None:
        told = reply.told.get("sid")
        return told if isinstance(told, str) else None

    def code(self, reply: Reply) -> str | None:
        """An error has a `code`; a message that was made and failed at once has an `error_code`."""
        code = reply.told.get("error_code") or (None if reply.good else reply.told.get("code"))
        return str(code) if code else None


class TwilioSmsProvider(TwilioProvider):
    def __init__(self, account: TwilioSms) -> None:
        super().__init__(account, sender=account.sender)

    def written(self, message: Message, *, now: datetime) -> httpx.Request:  # noqa: ARG002 - a text is not dated
        return self.request(message, {"Body": message.text})


class TwilioWhatsAppProvider(TwilioProvider):
    """A business that writes first needs a template, which WhatsApp has approved. Whether a recipient wrote within a day, so that other words would be
    allowed, is not known here; so a template it is, always."""

    def __init__(self, account: TwilioWhatsApp) -> None:
        super().__init__(account, sender=account.sender, prefix="whatsapp:")
        self._templates = account.templates

    def written(self, message: Message, *, now: datetime) -> httpx.Request:  # noqa: ARG002 - a text is not dated
        template = self._templates.get(message.content or "", {}).get(message.language)
        if template is None:
            raise CannotBeWrittenError("no_template", check=f"DIRIGENT_CHANNELS: templates, for {message.content} in {message.language}")
        return self.request(message, {"ContentSid": template.sid, "ContentVariables": json.dumps(_filled(template, message))})


def _filled(template: Template, message: Message) -> dict[str, str]:
    """The variables with their values, each in one line, as WhatsApp wants them. Raises CannotBeWrittenError where one would be empty."""
    filled = {number: " ".join(message.tokens.get(token, "").split()) for number, token in template.variables.items()}
    if not all(filled.values()):
        raise CannotBeWrittenError("variable_empty", check=f"DIRIGENT_CHANNELS: variables of the template for {message.content}")
    return filled
