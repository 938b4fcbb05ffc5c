"""Journey definitions as they are listed, read, linted, and led through their life."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, model_validator

from api.schemas.safety import Reported
from api.schemas.shapes import Asked, ContentName, Moment, Name, StepMap, Told, Words
from journeys.lifecycle import Act, Running
from journeys.signatures import Meaning, Party
from journeys.versions import VersionState


class DefinitionLine(Told):
    journey: str = Field(examples=["heart-failure-pioneer"])
    version: int = Field(examples=[1])
    title: str = Field(examples=["Heart failure: the pioneer"])
    persona: str | None = Field(None, description="Whose strategy it is; null where it is no persona's own.", examples=["pioneer"])
    markets: tuple[str, ...] = Field(examples=[["SE", "UK"]])
    product: str = Field(examples=["cardiolex"])
    purpose: str = Field(examples=["promotional"])
    priority: int = Field(examples=[70])
    digest: str = Field(description="SHA-256 of the meaning, not of the layout.")
    state: VersionState
    authors: tuple[str, ...] = Field(description="Everybody whose hand is in the text, the first author first.")
    created_at: datetime
    required: tuple[Party, ...] = Field(description="Who signs this version: the three who always do, and whom its markets ask for.")
    missing: tuple[Party, ...] = Field(description="Who still has to sign.")
    published_by: str | None = None
    published_at: datetime | None = None
    effective_from: datetime | None = Field(None, description="From when HCPs may enter.")
    drains_from: datetime | None = Field(None, description="From when nobody may enter any more.")
    running: Running | None = Field(None, description="What becomes of those who are in earlier versions.")
    open_runs: int = Field(description="How many runs are in this version now.")


class SignatureLine(Told):
    party: Party
    meaning: Meaning
    by: str
    name: str = Field(description="As it was printed when it was signed.")
    at: datetime
    digest: str = Field(description="Of the text that was signed.")


class DefinitionStanding(DefinitionLine):
    signatures: tuple[SignatureLine, ...] = Field(description="Those that count: of this review, over this text.")
    no_policy: tuple[str, ...] = Field(description="Markets without a policy: the version cannot go forward.")
    may: tuple[Act, ...] = Field(description="What you may do with it now.")
    may_sign_for: tuple[Party, ...] = Field(description="For whom you may sign it now.")


class ActLine(Told):
    action: str = Field(examples=["definition.sent_back"])
    by: str
    name: str | None
    role: str
    reason: str | None
    at: datetime


class DefinitionRead(DefinitionStanding):
    body: dict[str, Any] = Field(description="The definition as it runs.")
    source: str = Field(description="The text it was read from.")
    mermaid: str = Field(description="The picture, as a Mermaid flowchart.", examples=["flowchart TD"])
    history: tuple[ActLine, ...] = Field(description="What was done with it, the first act first; none for whom its making is no matter.")


class LintText(Asked):
    text: str = Field(max_length=200_000, description="The YAML of one journey.", examples=["journey: heart-failure-pioneer\nversion: 1\n"])
    name: Name = Field("journey.yaml", description="The file name that the findings show.")


class FindingLine(Told):
    code: str = Field(examples=["J001"])
    severity: str = Field(examples=["error"])
    path: str = Field(examples=["journey.yaml"])
    line: int = Field(examples=[12])
    column: int = Field(examples=[11])
    message: str = Field(examples=["there is no step `folow-up-mail`"])
    fix: str | None = Field(None, examples=['did you mean "follow-up-mail"?'])


class LintReport(Told):
    ok: bool = Field(description="Whether it may be published: warnings may remain, errors may not.")
    findings: tuple[FindingLine, ...]
    mermaid: str | None = Field(None, description="The picture, where the text is well formed.")


class Draft(Reported):
    text: str = Field(max_length=200_000, description="The YAML of one journey.", examples=["journey: heart-failure-pioneer\nversion: 2\n"])
    reason: Words = Field(examples=["The second visit came too early for most."])


class Drafted(Told):
    definition: DefinitionStanding
    findings: tuple[FindingLine, ...] = Field(description="What the linter says of it: errors must be mended before it is submitted.")


class Reason(Reported):
    reason: Words = Field(examples=["The phone step promises what the label does not say."])


class Sign(Asked):
    party: Party = Field(description="For whom you sign.", examples=["medical"])
    meaning: Meaning | None = Field(None, description="In which capacity; authorship for an author, approval for anybody else, where none is given.")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of the text that you have read.", examples=["0" * 64])
    pin: SecretStr = Field(min_length=1, max_length=64, description="Your signing PIN.", examples=["the PIN"])


class Publish(Reported):
    reason: Words = Field(examples=["Agreed for the spring cycle."])
    from_: Moment | None = Field(None, alias="from", description="From when HCPs may enter; now, where none is given.")
    running: Running | None = Field(None, description="What becomes of those who are in earlier versions; needed where there are any.")
    mapping: StepMap = {}
    plan: dict[ContentName, ContentName | Literal["acknowledged"]] = Field(
        {},
        description="For each content whose approval ends within 60 days: the version that succeeds it, or `acknowledged`. It is kept with the act.",
        examples=[{"hf-dialogue@2": "hf-dialogue@3"}],
    )

    @model_validator(mode="after")
    def _map_of_a_migration(self) -> Self:
        if self.mapping and self.running is not Running.MIGRATE:
            raise ValueError("a mapping says where people go who are moved: it belongs to `running: migrate`")
        return self
