"""People, the ids by which others know them, where they work, who may act for them, and what each side of the firewall knows of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from orchestrator.store.tables.columns import document, instant, may_refer_to, maybe_instant, refers_to, serial


class Territory(SQLModel, table=True):
    __tablename__ = "territory"
    id: str = Field(primary_key=True)
    name: str
    market: str


class User(SQLModel, table=True):
    """Somebody who signs in: a rep, an MSL, a marketer and so on."""

    __tablename__ = "app_user"
    id: str = Field(primary_key=True)
    name: str
    role: str
    active: bool = True


class SigningPin(SQLModel, table=True):
    """The second component of a user's signature, hashed with argon2, and how often it was missed in a row. Times are real ones."""

    __tablename__ = "signing_pin"
    user_id: str = Field(primary_key=True, foreign_key="app_user.id")
    hash: str
    misses: int = 0
    locked_until: datetime | None = maybe_instant()
    changed_at: datetime = instant()


class Alignment(SQLModel, table=True):
    """Which user may act in which territory."""

    __tablename__ = "alignment"
    user_id: str = Field(primary_key=True, foreign_key="app_user.id")
    territory_id: str = Field(primary_key=True, foreign_key="territory.id")


ACTIVE, RESTRICTED = "active", "restricted"
"""Of the standings of a person: everything, and safety information alone. Any other is that of somebody who is gone."""


class Organisation(SQLModel, table=True):
    """An HCO. `digest` is of the register row it was last imported from."""

    __tablename__ = "organisation"
    id: str = Field(primary_key=True)
    name: str
    market: str
    zone: str | None = None
    """Of those who work here and have none of their own."""
    status: str = "active"
    """active or deactivated."""
    visits: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """How it receives reps, by the form of the meeting; of a form that is not named it has said nothing. A register knows none of it."""
    digest: str | None = None


class OrganisationExternalId(SQLModel, table=True):
    """The crosswalk of organisations: one id of one source belongs to one organisation."""

    __tablename__ = "organisation_external_id"
    source: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    organisation_id: str = refers_to("organisation.id")


class Person(SQLModel, table=True):
    """An HCP. `id` is the OneID: random, so that it tells nothing. `digest` is of the register row it was last imported from."""

    __tablename__ = "person"
    __table_args__ = (Index("person_by_email", text("lower(email)")), Index("person_by_mobile", "mobile"))
    id: str = Field(primary_key=True)
    given_name: str
    family_name: str
    salutation: str | None = None
    profession: str = Field(index=True)
    specialty: str | None = None
    email: str | None = None
    mobile: str | None = None
    """In E.164 notation."""
    market: str = Field(index=True)
    language: str | None = None
    zone: str | None = None
    channel_preference: str | None = None
    territory_id: str | None = may_refer_to("territory.id")
    status: str = "active"
    """active, or why nothing may be sent: deceased, retired, restricted (but for safety information), deactivated."""
    digest: str | None = None
    created_at: datetime = instant()
    updated_at: datetime = instant()


class ExternalId(SQLModel, table=True):
    """The crosswalk: one id of one source (npi, crm, web, …) belongs to one person."""

    __tablename__ = "external_id"
    source: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    person_id: str = refers_to("person.id")


class Affiliation(SQLModel, table=True):
    """A person's role at an organisation, or towards another person in a care team (role `nurse`: this person supports that one)."""

    __tablename__ = "affiliation"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "other_id", "role", postgresql_nulls_not_distinct=True),)
    id: int | None = serial()
    person_id: str = refers_to("person.id", index=False)
    organisation_id: str | None = may_refer_to("organisation.id")
    other_id: str | None = may_refer_to("person.id")
    role: str


class CommercialProfile(SQLModel, table=True):
    """What sales and marketing know. Never shown to medical."""

    __tablename__ = "commercial_profile"
    person_id: str = Field(primary_key=True, foreign_key="person.id")
    persona: str | None = None
    adoption_stage: str | None = None
    tier: str | None = None
    decile: int | None = None
    identity: str | None = None
    engagement: str | None = None
    updated_at: datetime = instant()


class MedicalProfile(SQLModel, table=True):
    """What medical knows. Never shown to, or used by, commercial."""

    __tablename__ = "profile"
    __table_args__ = {"schema": "medical"}
    person_id: str = Field(primary_key=True, foreign_key="person.id")
    kol_tier: str | None = None
    scientific_interest: str | None = None


class PersonTag(SQLModel, table=True):
    """A topic that the HCP engaged with. A tag that is taken away is gone from here; the audit tells its history."""

    __tablename__ = "person_tag"
    person_id: str = Field(primary_key=True, foreign_key="person.id")
    tag: str = Field(primary_key=True)
    since: datetime = instant()
    by: str
    """The user who gave it, or the house where a run learnt it."""
    enrolment_id: str | None = None
    step: str | None = None


class PersonFact(SQLModel, table=True):
    """A fact of the catalogue that has no column of its own, as it was last told; one that is no longer known has no row."""

    __tablename__ = "person_fact"
    person_id: str = Field(primary_key=True, foreign_key="person.id")
    name: str = Field(primary_key=True)
    value: Any = document()
    source: str
    """Who told it: a user, or a system by its name."""
    at: datetime = instant()


class Persona(SQLModel, table=True):
    """A persona as last published from the library."""

    __tablename__ = "persona"
    id: str = Field(primary_key=True)
    body: dict[str, Any] = document()
    digest: str
    published_at: datetime = instant()


class PersonaAssignment(SQLModel, table=True):
    """Append-only: who said, when and why, that an HCP is of a persona."""

    __tablename__ = "persona_assignment"
    id: str = Field(primary_key=True)
    person_id: str = refers_to("person.id")
    persona: str
    previous: str | None = None
    by: str
    reason: str
    remark_id: str | None = None
    enrolment_id: str | None = None
    at: datetime = instant()
