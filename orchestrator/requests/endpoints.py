"""The other systems that journeys may ask, by name: an address and a secret for each, as the settings give them."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, HttpUrl, SecretStr, field_validator

from orchestrator.requests.signing import key_of

_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Endpoint(BaseModel):
    """Where one other system is asked, and the secret that both sides sign with."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: HttpUrl
    secret: SecretStr

    @field_validator("url")
    @classmethod
    def _private(cls, url: HttpUrl) -> HttpUrl:
        if url.scheme != "https" and url.host not in _HERE:
            raise ValueError("is not https, and only this machine may be asked without")
        if url.username is not None or url.password is not None:
            raise ValueError("holds a user or a password: the signature says who asks")
        return url

    @field_validator("secret")
    @classmethod
    def _strong(cls, secret: SecretStr) -> SecretStr:
        key_of(secret.get_secret_value())
        return secret


Endpoints = Mapping[str, Endpoint]


def read(written: str) -> dict[str, Any]:
    """The JSON of the setting, as yet unchecked. Raises ValueError that shows nothing of it."""
    try:
        found = json.loads(written)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ValueError('is not JSON like {"stock": {"url": "https://…", "secret": "whsec_…"}}')  # noqa: TRY004 - pydantic tells it as a wrong value
    return found
