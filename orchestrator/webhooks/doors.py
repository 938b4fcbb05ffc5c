"""Which providers may tell this installation anything, and how each proves itself: the setting DIRIGENT_WEBHOOKS."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator

from orchestrator.webhooks import sendgrid
from orchestrator.webhooks.mailgun import Mailgun
from orchestrator.webhooks.postmark import Postmark
from orchestrator.webhooks.sendgrid import SendGrid
from orchestrator.webhooks.ses import Ses
from orchestrator.webhooks.sns import Fetch
from orchestrator.webhooks.telling import Provider
from orchestrator.webhooks.twilio import Twilio

SHORTEST = 16
"""Characters of a secret that we choose ourselves."""

_TOPIC = re.compile(r"arn:aws(-cn)?:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]{1,256}")
Arn = Annotated[str, StringConstraints(pattern=_TOPIC.pattern)]


class _Door(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _Timed(_Door):
    tolerance_hours: Annotated[int, Field(ge=1, le=168)] = 24
    """How old what is brought may be: as long as the provider tries again what we did not take, and no longer."""

    @property
    def tolerance(self) -> timedelta:
        return timedelta(hours=self.tolerance_hours)


class SendGridDoor(_Timed):
    public_key: str

    @field_validator("public_key")
    @classmethod
    def _is_one(cls, key: str) -> str:
        sendgrid.key_of(key)
        return key


class MailgunDoor(_Timed):
    signing_key: SecretStr


class PostmarkDoor(_Door):
    """Either user and password, or a header and its secret: Postmark signs nothing."""

    username: str | None = None
    password: SecretStr | None = None
    header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None
    secret: SecretStr | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_name, by_header = (self.username, self.password), (self.header, self.secret)
        whole = [way for way in (by_name, by_header) if None not in way]
        if len(whole) != 1 or any(way not in whole and way != (None, None) for way in (by_name, by_header)):
            raise ValueError("has either username and password, or header and secret")
        chosen = self.password or self.secret
        if chosen is not None and len(chosen.get_secret_value()) < SHORTEST:
            raise ValueError(f"has a secret of at least {SHORTEST} characters")
        return self


class SesDoor(_Timed):
    topics: Annotated[tuple[Arn, ...], Field(min_length=1)]
    confirm: bool = False
    """Whether a subscription of these topics is confirmed when SNS asks."""


class TwilioDoor(_Door):
    auth_token: SecretStr


class Doors(_Door):
    """Those that are not named are not let in."""

    sendgrid: SendGridDoor | None = None
    mailgun: MailgunDoor | None = None
    postmark: PostmarkDoor | None = None
    ses: SesDoor | None = None
    twilio: TwilioDoor | None = None

    @property
    def tolerances(self) -> dict[str, timedelta]:
        """How long a token of each provider would be let in."""
        timed = {"sendgrid": self.sendgrid, "mailgun": self.mailgun, "ses": self.ses}
        return {name: door.tolerance for name, door in timed.items() if door is not None}


def providers(doors: Doors, *, public_url: str, fetch: Fetch) -> Mapping[str, Provider]:
    """Those that are let in, by the name that stands in the address."""
    made: dict[str, Provider] = {}
    if doors.sendgrid is not None:
        made["sendgrid"] = SendGrid(doors.sendgrid.public_key, tolerance=doors.sendgrid.tolerance)
    if doors.mailgun is not None:
        made["mailgun"] = Mailgun(doors.mailgun.signing_key.get_secret_value(), tolerance=doors.mailgun.tolerance)
    if doors.postmark is not None:
        made["postmark"] = Postmark(
            username=doors.postmark.username, password=_open(doors.postmark.password), header=doors.postmark.header, secret=_open(doors.postmark.secret)
        )
    if doors.ses is not None:
        made["ses"] = Ses(doors.ses.topics, fetch, confirm=doors.ses.confirm, tolerance=doors.ses.tolerance)
    if doors.twilio is not None:
        made["twilio"] = Twilio(doors.twilio.auth_token.get_secret_value(), public_url=public_url)
    return made


def read(written: str) -> dict[str, Any]:
    """The JSON of the setting, as yet unchecked. Raises ValueError that shows nothing of it."""
    try:
        found = json.loads(written)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ValueError('is not JSON like {"mailgun": {"signing_key": "…"}}, an object for each name')  # noqa: TRY004 - pydantic tells it as a wrong value
    return found


def _open(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
