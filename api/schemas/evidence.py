"""The evidence pack of one HCP: everything that shows what they allowed, took back and got, in one document with a digest of its own."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.consents import ConsentLine, ConsentStanding
from api.schemas.shapes import Told


class ConsentEvidence(ConsentLine):
    """An act with the very words that were agreed to, where the text is on record in that language."""

    words: str | None = None


class ObjectionEvidence(Told):
    at: datetime
    method: str = Field(description="How it was made; `remembered` where it comes from another record of the same address or number.")
    captured_by: str


class CheckEvidence(Told):
    rule: str
    verdict: str
    reason: str | None = None


class VerdictEvidence(Told):
    """What the gate said of a touch, check by check."""

    at: datetime
    verdict: str
    reason: str | None = None
    checks: tuple[CheckEvidence, ...]


class TouchEvidence(Told):
    key: str
    at: datetime
    channel: str
    purpose: str
    product: str
    content: str | None = Field(None, description="The version of the content that was sent.", examples=["hf-dialogue@2"])
    state: str
    sent_by: str | None = None
    digest: str | None = Field(None, description="SHA-256 of the message.")
    heard: tuple[str, ...] = Field((), description="What was heard of it, in the order of time.")
    verdicts: tuple[VerdictEvidence, ...]


class AuditLine(Told):
    at: datetime
    by: str
    role: str
    action: str
    subject: str
    reason: str | None = None
    details: dict[str, Any]


class EvidencePack(Told):
    person_id: str
    name: str
    market: str
    status: str
    ids: dict[str, str] = Field(description="The person's ids in other systems.")
    made_at: datetime
    made_by: str
    consents: tuple[ConsentEvidence, ...]
    standing: tuple[ConsentStanding, ...]
    objection: ObjectionEvidence | None = None
    touches: tuple[TouchEvidence, ...]
    audit: tuple[AuditLine, ...]
    digest: str = Field("", description="SHA-256 over this document as canonical JSON, the digest itself left out.")
