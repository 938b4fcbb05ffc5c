"""Which providers may tell this installation anything, and how each proves itself: the setting DIRIGENT_WEBHOOKS."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator

from orchestrator.webhooks import sendgrid
from orchestrator.webhooks.mailgun import Mailgun
from orchestrator.webhooks.postmark import Postmark
from orchestrator.webhooks.rotating import Rotating
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
    former_public_key: str | None = None
    """Of the key that is being changed for this one; so with each provider."""

    @field_validator("public_key", "former_public_key")
    @classmethod
    def _is_one(cls, key: str | None) -> str | None:
        if key is not None:
            sendgrid.key_of(key)
        return key


class MailgunDoor(_Timed):
    signing_key: SecretStr
    former_signing_key: SecretStr | None = None


class PostmarkDoor(_Door):
    """Either user and password, or a header and its secret: Postmark signs nothing."""

    username: str | None = None
    password: SecretStr | None = None
    header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None
    secret: SecretStr | None = None
    former: SecretStr | None = None
    """The password, or the secret, that is being changed for this one."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_name, by_header = (self.username, self.password), (self.header, self.secret)
        whole = [way for way in (by_name, by_header) if None not in way]
        if len(whole) != 1 or any(way not in whole and way != (None, None) for way in (by_name, by_header)):
            raise ValueError("has either username and password, or header and secret")
        chosen = [each.get_secret_value() for each in (self.password, self.secret, self.former) if each is not None]
        if any(len(each) < SHORTEST for each in chosen):
            raise ValueError(f"has a secret of at least {SHORTEST} characters")
        return self


class SesDoor(_Timed):
    topics: Annotated[tuple[Arn, ...], Field(min_length=1)]
    confirm: bool = False
    """Whether a subscription of these topics is confirmed when SNS asks."""


class TwilioDoor(_Door):
    auth_token: SecretStr
    former_auth_token: SecretStr | None = None


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
    if (grid := doors.sendgrid) is not None:
        made["sendgrid"] = _by_each(lambda key: SendGrid(key, tolerance=grid.tolerance), grid.public_key, grid.former_public_key)
    if (gun := doors.mailgun) is not None:
        made["mailgun"] = _by_each(lambda key: Mailgun(key, tolerance=gun.tolerance), gun.signing_key, gun.former_signing_key)
    if (mark := doors.postmark) is not None:
        made["postmark"] = _by_each(lambda word: _postmark(mark, word), mark.password or mark.secret, mark.former)
    if doors.ses is not None:
        made["ses"] = Ses(doors.ses.topics, fetch, confirm=doors.ses.confirm, tolerance=doors.ses.tolerance)
    if (twilio := doors.twilio) is not None:
        made["twilio"] = _by_each(lambda token: Twilio(token, public_url=public_url), twilio.auth_token, twilio.former_auth_token)
    return made


def _postmark(door: PostmarkDoor, word: str) -> Postmark:
    return Postmark(username=door.username, password=word) if door.username is not None else Postmark(header=door.header, secret=word)


def _by_each(make: Callable[[str], Provider], *keys: str | SecretStr | None) -> Provider:
    """The provider by its key; by the former one too, where there is one."""
    known = [make(key if isinstance(key, str) else key.get_secret_value()) for key in keys if key is not None]
    return known[0] if len(known) == 1 else Rotating(known)


def read(written: str) -> dict[str, Any]:
    """The JSON of the setting, as yet unchecked. Raises ValueError that shows nothing of it."""
    try:
        found = json.loads(written)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ValueError('is not JSON like {"mailgun": {"signing_key": "…"}}, an object for each name')  # noqa: TRY004 - pydantic tells it as a wrong value
    return found
