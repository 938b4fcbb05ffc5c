"""Inquiries with drafts, signatures, routing and clarifications; medical's words append-only and locked; medical's remarks behind the wall.

The two roles of the database and their rights are given by `orchestrator.store.roles.establish`, after every migration.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

OF_INQUIRY = (
    ("therapeutic_area", sa.String()),
    ("language", sa.String()),
    ("urgency", sa.String()),
    ("attestation", sa.String()),
    ("attested_by", sa.String()),
    ("attested_at", INSTANT),
    ("revision", sa.Integer()),
    ("signature_digest", sa.String()),
    ("signed_at", INSTANT),
    ("submitted_at", INSTANT),
    ("corrects", sa.String()),
    ("due", INSTANT),
    ("assignee", sa.String()),
    ("escalated_at", INSTANT),
    ("escalated_to", sa.String()),
)

LOCKED = ("person_id", "product", "therapeutic_area", "language", "urgency", "unsolicited", "recorded_by", "recorded_at", "attestation", "attested_by")
LOCKED_TOO = ("attested_at", "revision", "signature_digest", "signed_at", "submitted_at", "corrects")


def upgrade() -> None:
    _widen_inquiries()
    _create_open_tables()
    _create_medical_tables()
    _move_what_there_is()
    _lock()


def _widen_inquiries() -> None:
    for name, kind in OF_INQUIRY:
        op.add_column("inquiry", sa.Column(name, kind, nullable=True))
    op.execute("""
        UPDATE inquiry SET urgency = 'routine', revision = 1, attested_by = recorded_by, attested_at = recorded_at, submitted_at = recorded_at,
            assignee = (SELECT max(assignee) FROM task WHERE task.inquiry_id = inquiry.id AND task.status = 'open')
    """)
    for name in ("urgency", "revision"):
        op.alter_column("inquiry", name, nullable=False)
    for name, other in (("corrects", "inquiry"), ("assignee", "app_user"), ("escalated_to", "app_user")):
        op.create_foreign_key(None, "inquiry", other, [name], ["id"])
        op.create_index(f"ix_inquiry_{name}", "inquiry", [name])
    op.create_index("inquiry_due", "inquiry", ["status", "due"])


def _create_open_tables() -> None:
    op.create_table(
        "clarification",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("inquiry_id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clarification_inquiry_id", "clarification", ["inquiry_id"])
    op.create_table(
        "msl_coverage",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("therapeutic_area", sa.String(), nullable=False),
        sa.Column("territory_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("user_id", "therapeutic_area", "territory_id"),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("stand_in", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["stand_in"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_absence_user_id", "absence", ["user_id"])


def _create_medical_tables() -> None:
    op.create_table(
        "inquiry_signature",
        sa.Column("inquiry_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("captured_by", sa.String(), nullable=False),
        sa.Column("captured_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"]),
        sa.PrimaryKeyConstraint("inquiry_id", "revision"),
        schema="medical",
    )
    op.create_table(
        "inquiry_answer",
        sa.Column("inquiry_id", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"]),
        sa.PrimaryKeyConstraint("inquiry_id"),
        schema="medical",
    )
    op.create_table(
        "clarification_words",
        sa.Column("clarification_id", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clarification_id"], ["clarification.id"]),
        sa.PrimaryKeyConstraint("clarification_id"),
        schema="medical",
    )
    op.create_table(
        "remark",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="medical",
    )


def _move_what_there_is() -> None:
    """Answers to a table of their own, questions to revision 1, medical's remarks to where commercial cannot read."""
    op.execute("""
        INSERT INTO medical.inquiry_answer (inquiry_id, answer, answered_by, answered_at)
        SELECT inquiry_id, answer, coalesce(answered_by, ''), coalesce(closed_at, taken_at, recorded_at)
        FROM medical.inquiry_words JOIN inquiry ON inquiry.id = inquiry_id WHERE answer IS NOT NULL
    """)
    op.add_column("inquiry_words", sa.Column("revision", sa.Integer(), nullable=True), schema="medical")
    op.add_column("inquiry_words", sa.Column("written_by", sa.String(), nullable=True), schema="medical")
    op.add_column("inquiry_words", sa.Column("written_at", INSTANT, nullable=True), schema="medical")
    op.execute("""
        UPDATE medical.inquiry_words SET revision = 1, written_by = recorded_by, written_at = recorded_at FROM inquiry WHERE inquiry.id = inquiry_id
    """)
    for name in ("revision", "written_by", "written_at"):
        op.alter_column("inquiry_words", name, nullable=False, schema="medical")
    for name in ("answer", "answered_by"):
        op.drop_column("inquiry_words", name, schema="medical")
    op.execute("ALTER TABLE medical.inquiry_words DROP CONSTRAINT inquiry_words_pkey, ADD PRIMARY KEY (inquiry_id, revision)")
    op.execute('INSERT INTO medical.remark (id, "by", words, at) SELECT id, "by", words, at FROM remark WHERE side = \'medical\'')
    op.execute("DELETE FROM remark WHERE side = 'medical'")


def _lock() -> None:
    """What was submitted stays as it was. The functions run as their owner, because whoever writes across the wall reads neither side for it."""
    for table in ("inquiry_words", "inquiry_signature", "inquiry_answer", "clarification_words"):
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON medical.{table} FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()
        """)
    op.execute("""
        CREATE FUNCTION medical.refuse_unless_draft() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
        BEGIN
            PERFORM 1 FROM public.inquiry WHERE id = NEW.inquiry_id AND status = 'draft' FOR SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the inquiry "%" is submitted: its words and signature are locked', NEW.inquiry_id
                    USING ERRCODE = 'restrict_violation', HINT = 'A correction is a new inquiry that names this one.';
            END IF;
            RETURN NEW;
        END $$
    """)
    for table in ("inquiry_words", "inquiry_signature"):
        op.execute(f"CREATE TRIGGER locked BEFORE INSERT ON medical.{table} FOR EACH ROW EXECUTE FUNCTION medical.refuse_unless_draft()")
    op.execute("""
        CREATE FUNCTION refuse_other_inquiry() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the inquiry "%" is submitted: what was attested is locked', OLD.id
                USING ERRCODE = 'restrict_violation', HINT = 'A correction is a new inquiry that names this one.';
        END $$
    """)
    locked = [*LOCKED, *LOCKED_TOO]
    changed = f"({', '.join(f'NEW.{name}' for name in locked)}) IS DISTINCT FROM ({', '.join(f'OLD.{name}' for name in locked)})"
    op.execute(f"""
        CREATE TRIGGER inquiry_is_locked BEFORE UPDATE ON inquiry FOR EACH ROW
        WHEN (OLD.status <> 'draft' AND (NEW.status = 'draft' OR {changed})) EXECUTE FUNCTION refuse_other_inquiry()
    """)
    op.execute("""
        CREATE TRIGGER inquiry_is_kept BEFORE DELETE ON inquiry FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION refuse_other_inquiry()
    """)
