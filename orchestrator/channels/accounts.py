"""What the settings say of each channel: which provider carries it, with which account, and how much it may be given to do. All of it is checked here, so
that an adapter never meets a wrong one."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, StringConstraints

from journeys.shapes import Slug
from orchestrator.requests.endpoints import PrivateUrl, SigningSecret

Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
Secret = Annotated[SecretStr, Field(min_length=1)]
Word = Annotated[str, StringConstraints(min_length=1)]
Number = Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")]
Service = Annotated[str, StringConstraints(pattern=r"^MG[0-9a-fA-F]{32}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 ]*[A-Za-z][A-Za-z0-9 ]*$", max_length=11)]
Ref = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+@[1-9]\d*$")]

LONGEST = 20.0
"""Seconds for one conversation: less than an activity has, whose two transactions, question and turn need the rest."""


class Account(BaseModel):
    """What every channel may be told."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    per_second: Annotated[float, Field(gt=0)] | None = None
    """Messages in a second, of each worker; none: as many as come."""
    at_once: Annotated[int, Field(ge=1, le=16)] = 8
    """Conversations at a time, of each worker. A worker does twenty things at once; the rest is for other channels."""
    patience: Annotated[float, Field(gt=0, le=LONGEST)] = LONGEST
    """Seconds for a whole conversation over HTTP."""


class Smtp(Account):
    """The server of the settings `DIRIGENT_SMTP_…`."""

    provider: Literal["smtp"]


class SendGrid(Account):
    provider: Literal["sendgrid"]
    key: Secret
    url: PrivateUrl = HttpUrl("https://api.sendgrid.com")
    activity: bool = False
    """Whether the account has the additional e-mail activity history, without which it cannot be asked what it took."""


class Mailgun(Account):
    provider: Literal["mailgun"]
    key: Secret
    domain: Host
    url: PrivateUrl = HttpUrl("https://api.mailgun.net")


class Postmark(Account):
    provider: Literal["postmark"]
    token: Secret
    stream: Word = "outbound"
    url: PrivateUrl = HttpUrl("https://api.postmarkapp.com")


class Ses(Account):
    """Amazon SES, version 2 of its interface."""

    provider: Literal["ses"]
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    access_key: Word
    secret_key: Secret
    session_token: Secret | None = None
    configuration_set: Word | None = None
    """What says whether SES counts opens and clicks, and whom it tells."""
    url: PrivateUrl | None = None
    """Another address than the region's."""


class Twilio(Account):
    """Who may send, and as whom: a number, a name, or a messaging service (MG…)."""

    account: Annotated[str, StringConstraints(pattern=r"^AC[0-9a-fA-F]{32}$")]
    token: Secret
    """Of the account, or of the key where there is one."""
    key: Annotated[str, StringConstraints(pattern=r"^SK[0-9a-fA-F]{32}$")] | None = None
    callback: PrivateUrl | None = None
    """Where Twilio tells what became of each message; the message's id goes with it, as `dirigent_message`."""
    url: PrivateUrl = HttpUrl("https://api.twilio.com")


class TwilioSms(Twilio):
    provider: Literal["twilio-sms"]
    sender: Number | Service | Name


class Template(BaseModel):
    """An approved template, and which of our tokens each of its numbered variables is."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sid: Annotated[str, StringConstraints(pattern=r"^HX[0-9a-fA-F]{32}$")]
    variables: Mapping[Word, Word] = {}


class TwilioWhatsApp(Twilio):
    provider: Literal["twilio-whatsapp"]
    sender: Number | Service
    templates: Mapping[Ref, Mapping[Word, Template]]
    """By content and language."""


class Webhook(Account):
    """A system of the company's own, which takes what is signed with the secret."""

    provider: Literal["webhook"]
    url: PrivateUrl
    secret: SigningSecret


AnyAccount = Annotated[Smtp | SendGrid | Mailgun | Postmark | Ses | TwilioSms | TwilioWhatsApp | Webhook, Field(discriminator="provider")]
Accounts = Mapping[Slug, AnyAccount]

_LETTERS = (Smtp, SendGrid, Mailgun, Postmark, Ses)
_TEXTS = (TwilioSms, TwilioWhatsApp)


def carries_letters(account: Account) -> bool:
    """Whether it carries e-mail, with subject and HTML."""
    return not isinstance(account, _TEXTS)


def carries_texts(account: Account) -> bool:
    """Whether it carries plain text to a number."""
    return not isinstance(account, _LETTERS)
