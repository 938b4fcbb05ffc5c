"""The CRM: how each record of ours stands there, how far lists were read, what arrived, and its users."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "user_external_id",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        sa.PrimaryKeyConstraint("source", "value"),
    )
    op.create_index("ix_user_external_id_user_id", "user_external_id", ["user_id"])
    op.create_index("one_id_of_a_user", "user_external_id", ["source", "user_id"], unique=True)
    op.create_table(
        "crm_record",
        sa.Column("crm", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("try_after", INSTANT, nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("crm_id", sa.String(), nullable=True),
        sa.Column("written_at", INSTANT, nullable=True),
        sa.Column("feedback", sa.String(), nullable=True),
        sa.Column("feedback_reason", sa.String(), nullable=True),
        sa.Column("feedback_at", INSTANT, nullable=True),
        sa.Column("alarmed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("crm", "kind", "key"),
    )
    op.create_index("crm_record_due", "crm_record", ["crm", "kind", "state", "try_after"])
    op.create_index("crm_record_list", "crm_record", ["since", "crm", "kind", "key"])
    op.create_index("ix_crm_record_person_id", "crm_record", ["person_id"])
    op.create_index("ix_crm_record_crm_id", "crm_record", ["crm_id"])
    op.create_table(
        "crm_cursor",
        sa.Column("crm", sa.String(), nullable=False),
        sa.Column("list", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=True),
        sa.Column("moved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("crm", "list"),
    )
    op.create_table(
        "crm_arrival",
        sa.Column("crm", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("crm_id", sa.String(), nullable=False),
        sa.Column("revised_at", INSTANT, nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.PrimaryKeyConstraint("crm", "kind", "crm_id"),
    )
    op.create_index("crm_arrival_list", "crm_arrival", ["standing", "arrived_at"])
    op.create_index("ix_crm_arrival_task_id", "crm_arrival", ["task_id"])
    op.create_index("heard_by_arrival", "heard_fact", ["arrived_at", "id"])
