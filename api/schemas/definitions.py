"""Journey definitions as they are listed, read, linted and published."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.shapes import Asked, Name, Told
from journeys.shapes import StepId


class DefinitionLine(Told):
    journey: str = Field(examples=["heart-failure-pioneer"])
    version: int = Field(examples=[1])
    title: str = Field(examples=["Heart failure: the pioneer"])
    persona: str = Field(examples=["pioneer"])
    markets: tuple[str, ...] = Field(examples=[["SE", "UK"]])
    product: str = Field(examples=["cardiolex"])
    purpose: str = Field(examples=["promotional"])
    priority: int = Field(examples=[70])
    digest: str = Field(description="SHA-256 of the meaning, not of the layout.")
    published_by: str
    published_at: datetime


class DefinitionRead(DefinitionLine):
    body: dict[str, Any] = Field(description="The definition as it runs.")
    source: str = Field(description="The text it was read from.")
    mermaid: str = Field(description="The picture, as a Mermaid flowchart.", examples=["flowchart TD"])


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


class Publish(Asked):
    journey: StepId = Field(description="A journey of the library.", examples=["heart-failure-pioneer"])


class PublishReport(Told):
    result: Literal["published", "unchanged"]
    definition: DefinitionLine
    findings: tuple[FindingLine, ...] = Field(description="Warnings that remain.")
