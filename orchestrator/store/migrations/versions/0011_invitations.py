"""Invitations that are changed or called off after they were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("touch", sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("touch", "sequence", server_default=None)
    op.add_column("touch", sa.Column("called_off_at", INSTANT, nullable=True))
    op.create_table(
        "invitation_notice",
        sa.Column("dispatch_id", sa.String(), nullable=False),
        sa.Column("touch_key", sa.String(), nullable=False),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("starts", "ends")),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("called_off", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("reason", "by")),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"]),
        sa.ForeignKeyConstraint(["touch_key"], ["touch.key"]),
        sa.UniqueConstraint("touch_key", "sequence"),
        sa.PrimaryKeyConstraint("dispatch_id"),
    )
