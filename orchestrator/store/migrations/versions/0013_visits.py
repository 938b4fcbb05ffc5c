"""How each HCO receives reps, and what units approved."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("visits", sa.JSON(), nullable=False, server_default="{}"))
    op.alter_column("organisation", "visits", server_default=None)
    op.create_table(
        "unit_approval",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("form", "proof", "by")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("task_id", "person_id", "organisation_id"):
        op.create_index(f"ix_unit_approval_{column}", "unit_approval", [column])
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON unit_approval FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
