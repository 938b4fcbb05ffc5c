"""The two manners in which Dirigent reads data: strict where a person wrote it, tolerant where an older or newer release did."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
"""A word of the language: an outcome, a reason, a product: lower case, digits and underscores."""

StepId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
"""The stable name of a step or journey: lower case, digits and hyphens. It survives edits; people are parked on it."""

Market = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""A market's two capital letters: SE, UK, US, …"""

Instant = AwareDatetime


class Authored(BaseModel):
    """Written by a person: an unknown key is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Stored(BaseModel):
    """Kept in a database or a workflow's history: unknown fields are ignored, so that a rollback can read newer data."""

    model_config = ConfigDict(frozen=True, extra="ignore")
