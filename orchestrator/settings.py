"""What a process is told from outside. Every setting is an environment variable `DIRIGENT_…`; a secret comes from nowhere else. The one exception is
a running embedded runtime, which leaves its settings, readable by its owner alone, beside its data, so that a second terminal reaches it."""

import base64
import binascii
import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, HttpUrl, SecretStr, StringConstraints, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from journeys.calls import CallWords
from journeys.content import EMAIL
from journeys.shapes import Slug
from orchestrator.channels.accounts import Accounts, Postmark, Smtp, carries_letters, carries_texts
from orchestrator.content_systems.systems import ContentSystem
from orchestrator.crm.accounts import AnyCrm
from orchestrator.replies.doors import MailboxDoor
from orchestrator.requests.endpoints import Endpoint, read
from orchestrator.webhooks import doors
from orchestrator.webhooks.doors import Doors

PREFIX = "DIRIGENT_"
Port = Annotated[int, Field(ge=1, le=65535)]
EmailAddress = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
GatewayDomain = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]


Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s,]+@[^@\s,]+$")]

POSTMARK_DOMAIN = 39
"""It keeps metadata of 80 characters, and 41 of an id come before the domain."""


class LogFormat(StrEnum):
    JSON = "json"
    CONSOLE = "console"


class SettingsInvalidError(Exception):
    """Settings are missing or wrong. The message lists each variable with what is the matter with it, and never its value."""


class Settings(BaseSettings):
    """The settings of one process: API, worker, migration or command. Immutable, and made once at its start by `load`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    database_url: SecretStr
    """PostgreSQL; `postgresql://` and `postgres://` are read as `postgresql+psycopg://`."""

    temporal_address: str
    """Host and port of Temporal's front end."""
    temporal_namespace: str = "default"
    temporal_tls: bool = False
    temporal_api_key: SecretStr | None = None
    """Implies TLS."""
    task_queue: str = "journeys"
    sweep_pace: Annotated[float, Field(gt=0, le=50)] = 5.0
    """HCPs that a sweep enters in a second of real time, where it names no pace of its own."""
    payload_key: SecretStr | None = None
    """Encrypts workflow payloads when set: 32 bytes in URL-safe base64."""

    copy_keys: Annotated[dict[Slug, SecretStr], NoDecode] = {}
    """Seal the copies of what was sent: `name=key`, several with commas between. The first seals, all of them open: that is how keys are changed."""
    keep_copies: bool = True
    """False: no copies are kept, and what was sent cannot be shown later. A worker that should keep them and has no key does not start."""

    channels: Annotated[Accounts, NoDecode] = {}
    """What carries each channel: JSON with a provider and its account for each."""
    message_gateways: Annotated[dict[Slug, GatewayDomain], NoDecode] = {}
    """Which channels go by an e-mail gateway, and its domain: `sms=sms.gateway.example`, several with commas between."""

    smtp_host: str | None = Field(default=None, validate_default=True)
    """Required where SMTP carries anything: e-mail, unless `channels` has another provider for it, and every gateway."""
    smtp_port: Port = 587
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = True
    mail_from: str
    """The sender's address of every e-mail, but those to a country of `mail_senders`."""
    mail_senders: Annotated[dict[Country, MailAddress], NoDecode] = {}
    """Other addresses for the readers of some countries: `SE=hej@dirigent.example`, several with commas between."""
    mail_domain: str
    """The right-hand side of every Message-ID."""

    endpoints: Annotated[dict[Slug, Endpoint], NoDecode] = {}
    """The other systems that journeys may ask, by name: JSON with an address and a secret for each."""

    webhooks: Annotated[Doors, NoDecode] = Doors()
    """Which providers may tell what became of messages, and how each proves itself: JSON by name."""

    calls: Annotated[dict[str, CallWords], NoDecode] = {}
    """How each CRM that reports calls speaks: its outcomes and channels in ours, and how far a call and its visit may lie apart. JSON by source."""

    crm: Annotated[AnyCrm | None, NoDecode] = None
    """The CRM that calls, sent e-mails and suggestions go to, and calls come from: JSON with its kind, its address and an account. None: nothing runs."""

    reply_to: EmailAddress | None = None
    """Where answers go, with the message's own id behind a plus: replies@… is written as replies+id@…; none: to the sender."""
    mailbox: Annotated[MailboxDoor | None, NoDecode] = None
    """A mailbox that is looked into for replies, over IMAP: JSON."""
    content_systems: Annotated[dict[Slug, ContentSystem], NoDecode] = {}
    """Where content is reviewed, by name: JSON with an address, a mapping of states and a secret for each."""
    content_pause: Annotated[float, Field(ge=5, le=86_400)] = 300.0
    """Seconds between two looks at the content systems."""

    safety_inbox: str | None = None
    """The mailbox of drug safety, to which safety cases go until somebody acknowledges them."""
    safety_endpoint: Annotated[Endpoint | None, NoDecode] = None
    """The safety system, where there is one: JSON with an address and a secret. One of the two is needed before a case can leave the house."""

    public_url: HttpUrl
    """Where recipients reach the API from outside: unsubscribe links start with it."""
    signing_key: SecretStr
    """Signs tokens and unsubscribe links; at least 32 characters."""
    api_host: str = "127.0.0.1"
    api_port: Port = 8000

    metrics_host: str = "127.0.0.1"
    metrics_port: Port | None = None
    """Where the worker serves its counters, to whoever reaches it; none: it does not."""

    log_format: LogFormat = LogFormat.JSON
    data_dir: Path = Path(".data")
    embedded: bool = False
    """True in the processes that `dirigent up` starts, and nowhere else."""
    inbox_dir: Path | None = None
    """Where the embedded SMTP inbox keeps mails; none outside the embedded runtime."""
    ready_file: Path | None = None
    """The worker touches this file once it polls; the embedded runtime waits for it."""

    clock_speed: Annotated[float, Field(gt=0, le=1_000_000)] = 1.0
    """How many times faster than the wall clock journey time runs; other than 1 in the embedded runtime only."""
    clock_origin: AwareDatetime | None = None
    """The instant at which journey time and wall clock agreed; needed when they run at different speeds."""

    @property
    def payload_cipher_key(self) -> bytes | None:
        """The 32 bytes that encrypt workflow payloads, or None."""
        return _decoded(self.payload_key) if self.payload_key is not None else None

    @property
    def sealing_keys(self) -> dict[str, bytes]:
        """The keys of copies by name, the one that seals first; none where no copies are kept. Raises SettingsInvalidError where one is missing."""
        if not self.keep_copies:
            return {}
        if not self.copy_keys:
            why = "is not set, so that no copy of what is sent could be kept; set it, or DIRIGENT_KEEP_COPIES=false to send without copies"
            raise SettingsInvalidError(f"  DIRIGENT_COPY_KEYS: {why}")
        return self.opening_keys

    @property
    def opening_keys(self) -> dict[str, bytes]:
        """The keys of copies by name, for who reads copies that were kept: there may be none."""
        return {name: _decoded(key) for name, key in self.copy_keys.items()}

    @field_validator("database_url")
    @classmethod
    def _psycopg(cls, url: SecretStr) -> SecretStr:
        scheme, separator, rest = url.get_secret_value().partition("://")
        if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
            raise ValueError("is not a PostgreSQL address like postgresql://user:password@host:5432/database")
        return SecretStr(f"postgresql+psycopg://{rest}")

    @field_validator("message_gateways", mode="before")
    @classmethod
    def _by_name(cls, written: object) -> object:
        return _each_once(written, _gateway) if isinstance(written, str) else written

    @field_validator("mail_senders", mode="before")
    @classmethod
    def _by_country(cls, written: object) -> object:
        return _each_once(written, _sender) if isinstance(written, str) else written

    @field_validator("channels", mode="before")
    @classmethod
    def _accounts(cls, written: object) -> object:
        return read(written, like='{"email": {"provider": "postmark", "token": "…"}}') if isinstance(written, str) else written

    @field_validator("channels")
    @classmethod
    def _fitting(cls, channels: Accounts) -> Accounts:
        for name, account in channels.items():
            if name == EMAIL and not carries_letters(account):
                raise ValueError(f"{name}: {account.provider} carries no e-mail")
            if name != EMAIL and not carries_texts(account):
                raise ValueError(f"{name}: {account.provider} carries e-mail alone")
        return channels

    @field_validator("endpoints", "content_systems", mode="before")
    @classmethod
    def _from_json(cls, written: object) -> object:
        return read(written) if isinstance(written, str) else written

    @field_validator("copy_keys", mode="before")
    @classmethod
    def _keys_by_name(cls, written: object) -> object:
        return _each_once(written, _key) if isinstance(written, str) else written

    @field_validator("copy_keys")
    @classmethod
    def _are_keys(cls, keys: dict[str, SecretStr]) -> dict[str, SecretStr]:
        if any(len(_decoded(key)) != 32 for key in keys.values()):  # noqa: PLR2004 - AES-256
            raise ValueError("holds a key that is not 32 bytes in URL-safe base64")
        return keys

    @field_validator("webhooks", "mailbox", mode="before")
    @classmethod
    def _doors(cls, written: object) -> object:
        return doors.read(written) if isinstance(written, str) else written

    @field_validator("crm", mode="before")
    @classmethod
    def _crm(cls, written: object) -> object:
        return (
            read(written, like='{"kind": "veeva", "url": "https://…", "token": "…", "products": {"cardiolex": "V5J…"}}')
            if isinstance(written, str)
            else written
        )

    @field_validator("calls", mode="before")
    @classmethod
    def _sources(cls, written: object) -> object:
        return doors.read(written) if isinstance(written, str) else written

    @field_validator("safety_endpoint", mode="before")
    @classmethod
    def _one_from_json(cls, written: object) -> object:
        return read(written) if isinstance(written, str) else written

    @field_validator("message_gateways")
    @classmethod
    def _besides_email(cls, gateways: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if EMAIL in gateways:
            raise ValueError("names email, which goes by DIRIGENT_SMTP_HOST or DIRIGENT_CHANNELS")
        if twice := sorted(gateways.keys() & info.data.get("channels", {}).keys()):
            raise ValueError(f"names {', '.join(twice)}, which DIRIGENT_CHANNELS has already")
        return gateways

    @field_validator("smtp_host")
    @classmethod
    def _where_it_is_needed(cls, host: str | None, info: ValidationInfo) -> str | None:
        email = info.data.get("channels", {}).get(EMAIL)
        if host is None and (email is None or isinstance(email, Smtp) or info.data.get("message_gateways")):
            raise ValueError("is not set")
        return host

    @field_validator("payload_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(_decoded(key)) != 32:  # noqa: PLR2004 - AES-256
            raise ValueError("is not 32 bytes in URL-safe base64")
        return key

    @field_validator("signing_key")
    @classmethod
    def _long_enough(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value()) < 32:  # noqa: PLR2004 - RFC 7518, section 3.2: a key for HS256 is at least as long as its hash
            raise ValueError("is shorter than 32 characters")
        return key

    @model_validator(mode="after")
    def _short_enough(self) -> Self:
        if isinstance(self.channels.get(EMAIL), Postmark) and len(self.mail_domain) > POSTMARK_DOMAIN:
            raise ValueError(f"DIRIGENT_MAIL_DOMAIN is longer than {POSTMARK_DOMAIN} characters, and Postmark keeps no longer ids of messages")
        return self

    @model_validator(mode="after")
    def _only_embedded(self) -> Self:
        if not self.embedded and (self.clock_speed != 1.0 or self.clock_origin is not None or self.inbox_dir is not None):
            raise ValueError("DIRIGENT_CLOCK_SPEED, DIRIGENT_CLOCK_ORIGIN and DIRIGENT_INBOX_DIR belong to the embedded runtime")
        if self.clock_speed != 1.0 and self.clock_origin is None:
            raise ValueError("DIRIGENT_CLOCK_SPEED needs DIRIGENT_CLOCK_ORIGIN")
        return self


class EmbeddedSettings(BaseSettings):
    """What `dirigent up` may be told; all the rest it makes itself."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    data_dir: Path = Path(".data")
    api_host: str = "127.0.0.1"
    api_port: Port = 8000
    temporal_port: Port = 7233
    temporal_ui_port: Port = 8233
    inbox_port: Port = 1025
    postgres_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """0: any free one, another at each start."""
    clock_speed: Annotated[float, Field(gt=0, le=1_000_000)] = 1.0
    log_format: LogFormat = LogFormat.JSON


def _each_once(written: str, read_one: Callable[[str], tuple[str, str]]) -> dict[str, str]:
    """A list by name. Of two under one name one would be lost: a key with which copies were sealed, or whoever a country's letters come from."""
    named = [read_one(part) for part in written.split(",")]
    if len(dict(named)) < len(named):
        raise ValueError("names something twice")
    return dict(named)


def _gateway(part: str) -> tuple[str, str]:
    name, equals, domain = part.partition("=")
    if not equals:
        raise ValueError("is not a list of channels with their gateways' domains, like sms=sms.gateway.example")
    return name.strip(), domain.strip()


def _key(part: str) -> tuple[str, str]:
    name, equals, key = part.partition("=")
    if not equals:
        raise ValueError("is not a list of named keys, like k1=…,k0=…")
    return name.strip(), key.strip()


def _sender(part: str) -> tuple[str, str]:
    country, equals, address = part.partition("=")
    if not equals:
        raise ValueError("is not a list of countries with the addresses of their senders, like SE=hej@dirigent.example")
    return country.strip(), address.strip()


def _decoded(key: SecretStr) -> bytes:
    try:
        return base64.b64decode(key.get_secret_value(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def load() -> Settings:
    """Read the settings from the environment or, when it names no database, from the embedded runtime that runs on the data directory.
    Raises SettingsInvalidError, which lists every variable that is missing or wrong."""
    beside = embedded_file(Path(os.environ.get(f"{PREFIX}DATA_DIR", ".data")))
    from_file = f"{PREFIX}DATABASE_URL" not in os.environ and beside.is_file()
    try:
        return Settings(_env_file=beside if from_file else None)
    except ValidationError as invalid:
        raise SettingsInvalidError(_explain(invalid)) from None


def load_embedded() -> EmbeddedSettings:
    """Read what `dirigent up` is told from the environment. Raises SettingsInvalidError."""
    try:
        return EmbeddedSettings()
    except ValidationError as invalid:
        raise SettingsInvalidError(_explain(invalid)) from None


def embedded_file(data_dir: Path) -> Path:
    """Where a running embedded runtime leaves the settings of its processes."""
    return data_dir / "run" / "settings.env"


def _explain(invalid: ValidationError) -> str:
    lines = []
    for error in invalid.errors(include_url=False, include_input=False):
        setting, *within = error["loc"] or ("",)
        variable = " ".join([PREFIX + str(setting).upper(), *map(str, within)]) if setting else "together"
        lines.append(f"  {variable}: {'is not set' if error['type'] == 'missing' else error['msg'].removeprefix('Value error, ')}")
    return "\n".join(["These settings (environment variables) need your attention:", *lines, "docs/operating.md describes each one."])
