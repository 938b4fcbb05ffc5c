"""The other systems that journeys may ask, by name: an address and a secret for each, as the settings give them."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, HttpUrl, SecretStr

from orchestrator.requests.signing import key_of

_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})


def private(url: HttpUrl) -> HttpUrl:
    """The address. Raises ValueError unless nobody between can read what is sent there, and it holds no secret itself."""
    if url.scheme != "https" and url.host not in _HERE:
        raise ValueError("is not https, and only this machine may be asked without")
    if url.username is not None or url.password is not None:
        raise ValueError("holds a user or a password: the signature says who asks")
    return url


def strong(secret: SecretStr) -> SecretStr:
    """The secret. Raises ValueError where no key can be made of it."""
    key_of(secret.get_secret_value())
    return secret


PrivateUrl = Annotated[HttpUrl, AfterValidator(private)]
SigningSecret = Annotated[SecretStr, AfterValidator(strong)]


class Endpoint(BaseModel):
    """Where one other system is asked, and the secret that both sides sign with."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: PrivateUrl
    secret: SigningSecret


Endpoints = Mapping[str, Endpoint]


def read(written: str, *, like: str = '{"stock": {"url": "https://…", "secret": "whsec_…"}}') -> dict[str, Any]:
    """The JSON of a setting, as yet unchecked. Raises ValueError that shows nothing of it, but what it should be like."""
    try:
        found = json.loads(written)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"is not JSON like {like}")  # noqa: TRY004 - pydantic tells it as a wrong value
    return found
