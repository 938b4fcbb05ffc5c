"""What the settings say of the CRM: whose it is, where it is, who we are there, and what it calls otherwise. Checked here, so that an adapter never meets
a wrong one."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from journeys.shapes import Slug
from orchestrator.channels.accounts import LONGEST, Secret, Word
from orchestrator.crm import mapping
from orchestrator.crm.defaults import SALESFORCE, VEEVA
from orchestrator.crm.mapping import Changes, CrmMapping
from orchestrator.crm.records import Kind
from orchestrator.requests.endpoints import PrivateUrl


class _Account(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Slug = "crm"
    """By which crosswalks and call reports know it."""
    url: PrivateUrl
    since: AwareDatetime | None = None
    """What happened before is neither written there nor read from there; none: the moment at which a worker first looks."""
    patience: Annotated[float, Field(gt=0, le=60)] = LONGEST
    """Seconds for one conversation."""
    products: Mapping[str, mapping.Word]
    """Our products, each by the CRM's id."""
    call: Changes = Changes()
    sent_email: Changes = Changes()
    suggestion: Changes = Changes()
    feedback: Changes = Changes()

    def mapped_on(self, given: CrmMapping) -> CrmMapping:
        """The defaults with this installation's changes. Raises ValueError, which says what is wrong with them."""
        changed = {name: getattr(self, name).on(getattr(given, name)) for name in ("call", "sent_email", "suggestion", "feedback")}
        try:
            return CrmMapping(**changed, products=self.products)
        except ValidationError as invalid:
            raise ValueError(invalid.errors()[0]["msg"].removeprefix("Value error, ")) from None

    @property
    def address(self) -> str:
        return str(self.url).rstrip("/")


class Veeva(_Account):
    """Veeva Vault CRM: an access token, or a user with a password whose sessions are opened anew when they end."""

    kind: Literal["veeva"]
    version: Annotated[str, StringConstraints(pattern=r"^v\d{2}\.[1-3]$")] = "v25.1"
    username: Word | None = None
    password: Secret | None = None
    token: Secret | None = None

    @property
    def mapping(self) -> CrmMapping:
        return self.mapped_on(VEEVA)

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if (self.token is None) == (self.username is None) or (self.username is None) != (self.password is None):
            raise ValueError("give a token, or a username and a password")
        _checked(self.mapping)
        return self


class Salesforce(_Account):
    """Salesforce, or Veeva CRM on it: a connected app with the client-credentials flow, at its My Domain address."""

    kind: Literal["salesforce"]
    version: Annotated[str, StringConstraints(pattern=r"^v\d{2}\.0$")] = "v61.0"
    client_id: Word
    client_secret: Secret

    @property
    def mapping(self) -> CrmMapping:
        return self.mapped_on(SALESFORCE)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _checked(self.mapping)
        return self


AnyCrm = Annotated[Veeva | Salesforce, Field(discriminator="kind")]


def _checked(mapped: CrmMapping) -> None:
    """Raises ValueError where the products that must be there are not."""
    if not mapped.products and any(mapped.of(kind).field("product") for kind in Kind):
        raise ValueError("products: names none of yours, so that no call could be written")
