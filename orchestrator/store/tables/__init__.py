"""The tables, by noun. They do not validate and never leave the store: what others see are the models of `journeys`, `activities` and `api`."""

from orchestrator.store.tables.acts import Notification, Proposal, Request
from orchestrator.store.tables.people import (
    Affiliation,
    Alignment,
    CommercialProfile,
    ExternalId,
    MedicalProfile,
    Organisation,
    OrganisationExternalId,
    Person,
    Persona,
    PersonaAssignment,
    PersonFact,
    PersonTag,
    Territory,
    User,
)
from orchestrator.store.tables.records import AuditEntry, IdempotencyKey, Outbox
from orchestrator.store.tables.rules import Consent, ContentVersion, DefinitionVersion, Market, Objection
from orchestrator.store.tables.runs import Enrolment, HeardFact, Inquiry, InquiryWords, Judgement, Remark, Task, TimelineEntry, Touch

__all__ = [
    "Affiliation",
    "Alignment",
    "AuditEntry",
    "CommercialProfile",
    "Consent",
    "ContentVersion",
    "DefinitionVersion",
    "Enrolment",
    "ExternalId",
    "HeardFact",
    "IdempotencyKey",
    "Inquiry",
    "InquiryWords",
    "Judgement",
    "Market",
    "MedicalProfile",
    "Notification",
    "Objection",
    "Organisation",
    "OrganisationExternalId",
    "Outbox",
    "Person",
    "Persona",
    "PersonaAssignment",
    "PersonFact",
    "PersonTag",
    "Proposal",
    "Remark",
    "Request",
    "Task",
    "Territory",
    "TimelineEntry",
    "Touch",
    "User",
]
