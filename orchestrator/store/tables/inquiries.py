"""What an HCP asked of medical: the open part, which is all that commercial reads, who of medical covers what, and the words, in the schema `medical`."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import instant, may_refer_to, maybe_instant, refers_to, words


class Inquiry(SQLModel, table=True):
    """The open part of a medical inquiry: that there is one, its status and its dates. A trigger locks what was attested and signed once it is submitted."""

    __tablename__ = "inquiry"
    __table_args__ = (Index("inquiry_due", "status", "due"),)
    id: str = Field(primary_key=True)
    person_id: str = refers_to("person.id")
    territory_id: str | None = may_refer_to("territory.id")
    product: str
    therapeutic_area: str | None = None
    language: str | None = None
    """In which the HCP asked."""
    urgency: str = "routine"
    """routine or urgent."""
    status: str = "received"
    """draft, received, in_progress, answered, withdrawn."""
    unsolicited: bool
    recorded_by: str
    recorded_at: datetime = instant()
    attestation: str | None = None
    """The sentence that the rep attested, as it was shown."""
    attested_by: str | None = None
    attested_at: datetime | None = maybe_instant()
    revision: int = 1
    """Which of the drafts counts: the latest one."""
    signature_digest: str | None = None
    """SHA-256 over the words and the HCP's signature, which lie with medical."""
    signed_at: datetime | None = maybe_instant()
    submitted_at: datetime | None = maybe_instant()
    corrects: str | None = may_refer_to("inquiry.id")
    """The inquiry whose record this one corrects."""
    due: datetime | None = maybe_instant()
    assignee: str | None = may_refer_to("app_user.id")
    """The MSL whose it is; None where it waits in the queue."""
    taken_at: datetime | None = maybe_instant()
    escalated_at: datetime | None = maybe_instant()
    escalated_to: str | None = may_refer_to("app_user.id")
    closed_at: datetime | None = maybe_instant()


class Clarification(SQLModel, table=True):
    """Something that medical asks the rep about the circumstances of an inquiry: one of a fixed list of questions. The rep's words lie with medical."""

    __tablename__ = "clarification"
    id: str = Field(primary_key=True)
    inquiry_id: str = refers_to("inquiry.id")
    question: str
    """Its code."""
    asked_by: str
    asked_at: datetime = instant()
    answered_by: str | None = None
    answered_at: datetime | None = maybe_instant()


class Coverage(SQLModel, table=True):
    """Which MSL answers for which therapeutic area in which territory."""

    __tablename__ = "msl_coverage"
    user_id: str = Field(primary_key=True, foreign_key="app_user.id")
    therapeutic_area: str = Field(primary_key=True)
    territory_id: str = Field(primary_key=True, foreign_key="territory.id")


class Absence(SQLModel, table=True):
    """When somebody of medical is out of office, and who stands in."""

    __tablename__ = "absence"
    id: str = Field(primary_key=True)
    user_id: str = refers_to("app_user.id")
    since: datetime = instant()
    until: datetime = instant()
    stand_in: str | None = may_refer_to("app_user.id", index=False)
    recorded_by: str
    recorded_at: datetime = instant()


class InquiryWords(SQLModel, table=True):
    """The HCP's own words, append-only: each draft is a revision, and a trigger takes none once the inquiry is submitted."""

    __tablename__ = "inquiry_words"
    __table_args__ = {"schema": "medical"}
    inquiry_id: str = Field(primary_key=True, foreign_key="inquiry.id")
    revision: int = Field(primary_key=True)
    question: str = words()
    written_by: str
    written_at: datetime = instant()


class InquirySignature(SQLModel, table=True):
    """What the HCP signed with on the rep's device, append-only, under the revision that was signed."""

    __tablename__ = "inquiry_signature"
    __table_args__ = {"schema": "medical"}
    inquiry_id: str = Field(primary_key=True, foreign_key="inquiry.id")
    revision: int = Field(primary_key=True)
    kind: str
    """svg_path, png or typed_name."""
    mark: str = words()
    signed_at: datetime = instant()
    digest: str
    captured_by: str
    captured_at: datetime = instant()


class InquiryAnswer(SQLModel, table=True):
    """What medical answered, append-only: once for each inquiry."""

    __tablename__ = "inquiry_answer"
    __table_args__ = {"schema": "medical"}
    inquiry_id: str = Field(primary_key=True, foreign_key="inquiry.id")
    answer: str = words()
    answered_by: str
    answered_at: datetime = instant()


class ClarificationWords(SQLModel, table=True):
    """What the rep said to a clarification, append-only."""

    __tablename__ = "clarification_words"
    __table_args__ = {"schema": "medical"}
    clarification_id: str = Field(primary_key=True, foreign_key="clarification.id")
    words: str = words()


class MedicalRemark(SQLModel, table=True):
    """The words that somebody of medical gave as a reason."""

    __tablename__ = "remark"
    __table_args__ = {"schema": "medical"}
    id: str = Field(primary_key=True)
    by: str
    words: str = words()
    at: datetime = instant()
