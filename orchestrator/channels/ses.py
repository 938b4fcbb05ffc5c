"""E-mail by Amazon SES: `SendEmail` of version 2, to which a message goes in its written form.

It takes no idempotency key, has a Message-ID of its own in place of ours, and cannot be asked for a message by anything of ours. Amazon says that a repetition
after a 5xx may be a duplicate. It never says when to come again.
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import httpx

from activities.ports import Message
from orchestrator.channels.accounts import Ses
from orchestrator.channels.conversation import Reply
from orchestrator.channels.provider import METADATA, Fault, Provider, bare
from orchestrator.channels.sigv4 import Signer
from orchestrator.mail.mime import written

_OURS = (
    "AccountSuspendedException",
    "SendingPausedException",
    "MailFromDomainNotVerifiedException",
    "NotFoundException",
    "NotVerified",
    "IncompleteSignature",
    "UnrecognizedClientException",
)
_BUSY = ("TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling")


class SesProvider(Provider):
    name = "ses"
    check = "DIRIGENT_CHANNELS: region, access_key, secret_key and configuration_set, and that DIRIGENT_MAIL_FROM is a verified identity"
    faults: ClassVar[Mapping[str, Fault]] = {**dict.fromkeys(_OURS, Fault.OURS), **dict.fromkeys(_BUSY, Fault.BUSY), "MessageRejected": Fault.MESSAGE}

    def __init__(self, account: Ses) -> None:
        self._account = account
        self._url = str(account.url or f"https://email.{account.region}.amazonaws.com").rstrip("/")
        self._signer = Signer(
            access_key=account.access_key, secret_key=account.secret_key, region=account.region, service="ses", session_token=account.session_token
        )

    def written(self, message: Message, *, now: datetime) -> httpx.Request:
        text = written(message, at=now)
        told = {
            "FromEmailAddress": message.sender,
            "Destination": {"ToAddresses": [message.to]},
            "Content": {"Raw": {"Data": base64.b64encode(text).decode()}},
            "EmailTags": [{"Name": METADATA, "Value": bare(message.message_id)}],
            "ConfigurationSetName": self._account.configuration_set,
        }
        request = httpx.Request("POST", f"{self._url}/v2/email/outbound-emails", json={name: value for name, value in told.items() if value is not None})
        return self._signer.signed(request, now=now)

    def taken(self, reply: Reply) -> str | None:
        told = reply.told.get("MessageId")
        return told if isinstance(told, str) else None

    def code(self, reply: Reply) -> str | None:
        """The kind of trouble, from the header or the body. A rejection that is about our own identity has no kind of its own, only words."""
        if reply.good:
            return None
        told = reply.told
        kind = str(reply.headers.get("x-amzn-errortype") or told.get("__type") or "").partition(":")[0].rpartition("#")[2]
        words = str(told.get("message") or told.get("Message") or "")
        return "NotVerified" if words.startswith("Email address is not verified") else kind or None
