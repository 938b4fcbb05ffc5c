"""When what nobody could place was last looked at; notifications of replies; and closed addresses that were opened again."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in ("call_report", "outside_event", "reply"):
        op.add_column(table, sa.Column("judged_at", INSTANT, nullable=True))
        op.execute(f"UPDATE {table} SET judged_at = arrived_at")  # noqa: S608 - names of our own
        op.alter_column(table, "judged_at", nullable=False)
    waits = sa.text("standing = 'unknown_person' OR reason = 'unknown_rep'")
    op.create_index("call_report_waits", "call_report", ["judged_at", "id"], postgresql_where=waits)
    op.add_column("notification", sa.Column("reply_id", sa.String(), sa.ForeignKey("reply.id"), nullable=True))
    op.create_index("ix_notification_reply_id", "notification", ["reply_id"])
    op.add_column("undeliverable", sa.Column("reopened_at", INSTANT, nullable=True))
