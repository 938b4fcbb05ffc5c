"""Safety cases, in a schema of their own, and the triggers by which nobody deletes one and nobody changes what was reported."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
SCHEMA = "safety"
BOOKS = ("safety_line", "safety_answer", "safety_sending")
"""Append-only."""

KEPT = {
    "safety_case": ("id", "kind", "person_id", "product", "market", "reporter", "report", "aware_at", "received_at", "due_at"),
    "safety_flag": ("id", "report", "by", "person_id", "product", "hits", "words", "at"),
    "safety_notice": ("id", "case_id", "user_id", "step", "at"),
}
"""What never changes in a row of which something else may."""

ONCE = {"safety_case": ("acknowledged_at", "acknowledged_by"), "safety_flag": ("reviewed_at", "reviewed_by", "case_id")}
"""What is written once and then stays."""


def upgrade() -> None:
    op.execute(f"CREATE SCHEMA {SCHEMA}")
    _create_tables()
    _create_flags_and_notices()
    _keep()


def _create_tables() -> None:
    op.create_table(
        "safety_case",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "kind")),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("person_id", "product", "market")),
        sa.Column("reporter", sa.String(), nullable=False),
        sa.Column("report", sa.String(), nullable=True),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("aware_at", "received_at", "due_at")),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("escalated_at", INSTANT, nullable=True),
        sa.Column("look_at", INSTANT, nullable=True),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("aware_at <= received_at", name="aware_before_told"),
        schema=SCHEMA,
    )
    op.create_index("ix_safety_safety_case_person_id", "safety_case", ["person_id"], schema=SCHEMA)
    op.create_index("ix_safety_safety_case_reporter", "safety_case", ["reporter"], schema=SCHEMA)
    op.create_index("safety_case_list", "safety_case", ["received_at", "id"], schema=SCHEMA)
    op.create_index("safety_case_open", "safety_case", ["due_at"], schema=SCHEMA, postgresql_where=sa.text("acknowledged_at IS NULL"))
    op.create_table(
        "safety_line",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "case_id", "kind")),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _of_a_case(),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index("ix_safety_safety_line_case_id", "safety_line", ["case_id"], schema=SCHEMA)
    op.create_table(
        "safety_answer",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "report", "by", "answer")),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        _of_a_case(),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index("safety_answer_of", "safety_answer", ["report"], schema=SCHEMA)
    op.create_table(
        "safety_sending",
        sa.Column("id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("case_id", "way", "result")),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        _of_a_case(),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index("ix_safety_safety_sending_case_id", "safety_sending", ["case_id"], schema=SCHEMA)


def _create_flags_and_notices() -> None:
    op.create_table(
        "safety_flag",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "report")),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("by", "person_id", "product")),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        _of_a_case(),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index("safety_flag_open", "safety_flag", ["at", "id"], schema=SCHEMA, postgresql_where=sa.text("reviewed_at IS NULL"))
    op.create_table(
        "safety_notice",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "case_id", "user_id", "step")),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        _of_a_case(),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "step", "user_id"),
        schema=SCHEMA,
    )
    op.create_index("safety_notice_list", "safety_notice", ["user_id", "at", "id"], schema=SCHEMA)


def _of_a_case() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], [f"{SCHEMA}.safety_case.id"])


def _keep() -> None:
    for book in BOOKS:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {SCHEMA}.{book} FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    for table, kept in KEPT.items():
        op.execute(f"CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON {SCHEMA}.{table} FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()")
        changed = " OR ".join(f'OLD."{name}"::text IS DISTINCT FROM NEW."{name}"::text' for name in kept)
        once = " OR ".join(f'(OLD."{name}" IS NOT NULL AND OLD."{name}"::text IS DISTINCT FROM NEW."{name}"::text)' for name in ONCE.get(table, ()))
        op.execute(
            f"CREATE TRIGGER as_reported BEFORE UPDATE ON {SCHEMA}.{table} FOR EACH ROW WHEN ({changed}{' OR ' + once if once else ''}) "
            "EXECUTE FUNCTION public.refuse_change()"
        )
