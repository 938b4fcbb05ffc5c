"""The first schema: every table, the schema of what medical alone reads, and the triggers that keep three books append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BOOKS = ("audit", "consent", "persona_assignment")


def upgrade() -> None:
    op.execute("CREATE SCHEMA medical")
    _create_tables()
    _keep_append_only()


def _create_tables() -> None:  # noqa: PLR0915 - as many statements as there are tables
    op.create_table(
        "app_user",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_action", "audit", ["action"])
    op.create_index("ix_audit_by", "audit", ["by"])
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_table(
        "content_version",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("made_for", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("expires", INSTANT, nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_index("ix_content_version_product", "content_version", ["product"])
    op.create_table(
        "definition_version",
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("persona", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("journey", "version"),
    )
    op.create_index("ix_definition_version_persona", "definition_version", ["persona"])
    op.create_table(
        "idempotency_key",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("response", sa.JSON(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", "user_id"),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"])
    op.create_table(
        "market",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("try_after", INSTANT, nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_outbox_enrolment_id", "outbox", ["enrolment_id"])
    op.create_index("outbox_open", "outbox", ["id"], postgresql_where=sa.text("delivered_at IS NULL"))
    op.create_table(
        "persona",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "remark",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "territory",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "alignment",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("territory_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("user_id", "territory_id"),
    )
    op.create_table(
        "organisation_external_id",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("source", "value"),
    )
    op.create_index("ix_organisation_external_id_organisation_id", "organisation_external_id", ["organisation_id"])
    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("salutation", sa.String(), nullable=True),
        sa.Column("profession", sa.String(), nullable=False),
        sa.Column("specialty", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("channel_preference", sa.String(), nullable=True),
        sa.Column("territory_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_person_market", "person", ["market"])
    op.create_index("ix_person_profession", "person", ["profession"])
    op.create_index("ix_person_territory_id", "person", ["territory_id"])
    op.create_table(
        "affiliation",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=True),
        sa.Column("other_id", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "organisation_id", "other_id", "role", postgresql_nulls_not_distinct=True),
    )
    op.create_index("ix_affiliation_organisation_id", "affiliation", ["organisation_id"])
    op.create_index("ix_affiliation_other_id", "affiliation", ["other_id"])
    op.create_table(
        "commercial_profile",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("persona", sa.String(), nullable=True),
        sa.Column("adoption_stage", sa.String(), nullable=True),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("decile", sa.Integer(), nullable=True),
        sa.Column("identity", sa.String(), nullable=True),
        sa.Column("engagement", sa.String(), nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=True),
        sa.Column("text_version", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("captured_by", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("expires", INSTANT, nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_consent_person_id", "consent", ["person_id"])
    op.create_table(
        "enrolment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("territory_id", sa.String(), nullable=True),
        sa.Column("conductor", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("doing", sa.String(), nullable=True),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("held_because", sa.String(), nullable=True),
        sa.Column("end_kind", sa.String(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("move", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("continued_from", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["conductor"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("enrolment_by_status", "enrolment", ["status", "created_at"])
    op.create_index("ix_enrolment_conductor", "enrolment", ["conductor"])
    op.create_index("ix_enrolment_person_id", "enrolment", ["person_id"])
    op.create_index("ix_enrolment_territory_id", "enrolment", ["territory_id"])
    op.create_index("one_run_at_a_time", "enrolment", ["person_id", "journey"], unique=True, postgresql_where=sa.text("status <> 'ended'"))
    op.create_table(
        "external_id",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("source", "value"),
    )
    op.create_index("ix_external_id_person_id", "external_id", ["person_id"])
    op.create_table(
        "inquiry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("territory_id", sa.String(), nullable=True),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("unsolicited", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_inquiry_person_id", "inquiry", ["person_id"])
    op.create_index("ix_inquiry_territory_id", "inquiry", ["territory_id"])
    op.create_table(
        "profile",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kol_tier", sa.String(), nullable=True),
        sa.Column("scientific_interest", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
        schema="medical",
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("captured_by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id"),
    )
    op.create_table(
        "persona_assignment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("persona", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("remark_id", sa.String(), nullable=True),
        sa.Column("enrolment_id", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_persona_assignment_person_id", "persona_assignment", ["person_id"])
    op.create_table(
        "judgement",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("touch_key", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_judgement_enrolment_id", "judgement", ["enrolment_id"])
    op.create_index("ix_judgement_person_id", "judgement", ["person_id"])
    op.create_index("ix_judgement_touch_key", "judgement", ["touch_key"])
    op.create_table(
        "inquiry_words",
        sa.Column("inquiry_id", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"]),
        sa.PrimaryKeyConstraint("inquiry_id"),
        schema="medical",
    )
    op.create_table(
        "task",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("territory_id", sa.String(), nullable=True),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("snoozed_until", INSTANT, nullable=True),
        sa.Column("inquiry_id", sa.String(), nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["assignee"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_task_assignee", "task", ["assignee"])
    op.create_index("ix_task_enrolment_id", "task", ["enrolment_id"])
    op.create_index("ix_task_person_id", "task", ["person_id"])
    op.create_index("ix_task_territory_id", "task", ["territory_id"])
    op.create_index("task_list", "task", ["side", "status", "due", "id"])
    op.create_table(
        "timeline",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("move", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("way", sa.String(), nullable=True),
        sa.Column("to", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("remark_id", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("enrolment_id", "move", "line"),
    )
    op.create_index("timeline_of_person", "timeline", ["person_id", "at", "id"])
    op.create_table(
        "touch",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=True),
        sa.Column("content_version", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("sent_by", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("ix_touch_enrolment_id", "touch", ["enrolment_id"])
    op.create_index("touch_pressure", "touch", ["person_id", "at"])
    op.create_table(
        "heard_fact",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("touch_key", sa.String(), nullable=False),
        sa.Column("heard", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["touch_key"], ["touch.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "source_id"),
        sa.UniqueConstraint("touch_key", "heard"),
    )


def _keep_append_only() -> None:
    """Refuse by statement, so that even a change that would touch no row is refused, and TRUNCATE too."""
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% refused: the table "%" is append-only', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation', HINT = 'Write a new row that corrects the earlier one.';
        END $$
    """)
    for book in BOOKS:
        op.execute(f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {book} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
