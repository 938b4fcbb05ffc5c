"""Letters outside a journey, what became of each touch, and copies of what was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_dispatches()
    _loosen_touches_from_runs()


def _create_dispatches() -> None:
    op.create_table(
        "dispatch",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("channel", "purpose", "product", "market", "content_id")),
        sa.Column("content_version", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("passage", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_dispatch_person_id", "dispatch", ["person_id"])
    op.create_index("ix_dispatch_inquiry_id", "dispatch", ["inquiry_id"])
    for schema in (None, "medical"):
        op.create_table(
            "dispatch_words",
            sa.Column("dispatch_id", sa.String(), nullable=False),
            sa.Column("tokens", sa.JSON(), nullable=False),
            sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"]),
            sa.PrimaryKeyConstraint("dispatch_id"),
            schema=schema,
        )


def _loosen_touches_from_runs() -> None:
    for table in ("touch", "judgement", "timeline"):
        op.alter_column(table, "enrolment_id", nullable=True)
        op.add_column(table, sa.Column("dispatch_id", sa.String(), nullable=True))
        op.create_foreign_key(f"{table}_dispatch_id_fkey", table, "dispatch", ["dispatch_id"], ["id"])
        op.create_index(f"ix_{table}_dispatch_id", table, ["dispatch_id"])
    for name in ("journey", "version", "move"):
        op.alter_column("timeline", name, nullable=True)
    op.add_column("touch", sa.Column("provider_id", sa.String(), nullable=True))
    op.create_index("ix_touch_provider_id", "touch", ["provider_id"])
