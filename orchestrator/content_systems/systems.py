"""The content systems that the installation follows, by name: where each is read, with which mapping, and the secret by which it signs what it pushes."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, HttpUrl, SecretStr, field_validator, model_validator

from journeys.content import ContentState
from journeys.syncing import Fields
from orchestrator.requests.signing import key_of

_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})

STATES: Mapping[str, ContentState] = {state.value: state for state in ContentState}
"""Our own words, where a system maps none."""

PROMOMATS: Mapping[str, ContentState] = {
    "Draft": ContentState.DRAFT,
    "In Review": ContentState.IN_REVIEW,
    "In MLR Review": ContentState.IN_REVIEW,
    "Approved for Use": ContentState.APPROVED,
    "Approved for Distribution": ContentState.APPROVED,
    "Staged": ContentState.IN_REVIEW,
    "Expired": ContentState.EXPIRED,
    "Withdrawn": ContentState.WITHDRAWN,
}
"""A mapping to begin from for states named as in Veeva PromoMats. Every vault has its own: what is not in it is never taken for approval."""


class ContentSystem(BaseModel):
    """One content system. It is read at `url` where one is given, and may push where it has a `secret`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: HttpUrl | None = None
    """Answers `GET ?cursor=…` with a page of items; see docs/content.md."""
    token: SecretStr | None = None
    """Sent as `Authorization: Bearer …`."""
    secret: SecretStr | None = None
    """Standard Webhooks: signs what the system pushes."""
    items: str = "items"
    next: str = "next"
    """Where a page says its items, and the cursor after them; a dot leads into what is nested."""
    expect: dict[str, str] = {}
    """What a page must say besides, such as {"responseStatus": "SUCCESS"}: some systems answer 200 for a failure."""
    fields: Fields = Fields()
    states: dict[str, ContentState] = dict(STATES)
    """`promomats` stands for the mapping above."""

    @field_validator("states", mode="before")
    @classmethod
    def _named(cls, states: object) -> object:
        return dict(PROMOMATS) if states == "promomats" else states

    @field_validator("url")
    @classmethod
    def _private(cls, url: HttpUrl | None) -> HttpUrl | None:
        if url is not None and url.scheme != "https" and url.host not in _HERE:
            raise ValueError("is not https, and only this machine may be asked without")
        if url is not None and (url.username is not None or url.password is not None):
            raise ValueError("holds a user or a password: the token says who asks")
        return url

    @field_validator("secret")
    @classmethod
    def _strong(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            key_of(secret.get_secret_value())
        return secret

    @model_validator(mode="after")
    def _heard(self) -> "ContentSystem":
        if self.url is None and self.secret is None:
            raise ValueError("has neither a url to be read at nor a secret to push with")
        return self


ContentSystems = Mapping[str, ContentSystem]
