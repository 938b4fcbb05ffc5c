"""Facts that come in from providers and other systems: what they tell of messages, replies, and reports of calls."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "repeat",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", "source_id", "what"),
    )
    op.create_table(
        "webhook_token",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", "token"),
    )
    op.create_index("ix_webhook_token_at", "webhook_token", ["at"])
    op.create_table(
        "call_report",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("revised_at", INSTANT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("rep", sa.String(), nullable=True),
        sa.Column("named", sa.JSON(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("touch_key", sa.String(), nullable=True),
        sa.Column("remark_id", sa.String(), nullable=True),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["rep"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.ForeignKeyConstraint(["touch_key"], ["touch.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "source_id"),
    )
    op.create_index("call_report_by_standing", "call_report", ["standing", "arrived_at", "id"])
    op.create_index("ix_call_report_person_id", "call_report", ["person_id"])
    op.create_index("ix_call_report_rep", "call_report", ["rep"])
    op.create_index("ix_call_report_task_id", "call_report", ["task_id"])
    op.create_index("ix_call_report_touch_key", "call_report", ["touch_key"])
    op.create_table(
        "fact_in",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("touch_key", sa.String(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.Column("judged_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["touch_key"], ["touch.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "source_id"),
    )
    op.create_index("fact_in_by_standing", "fact_in", ["standing", "arrived_at", "id"])
    op.create_index("ix_fact_in_person_id", "fact_in", ["person_id"])
    op.create_index("ix_fact_in_touch_key", "fact_in", ["touch_key"])
    op.create_table(
        "reply",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("touch_key", sa.String(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("told", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["touch_key"], ["touch.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "source_id"),
    )
    op.create_index("ix_reply_person_id", "reply", ["person_id"])
    op.create_index("ix_reply_touch_key", "reply", ["touch_key"])
    op.create_index("reply_by_standing", "reply", ["standing", "arrived_at", "id"])
    op.create_table(
        "call_revision",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("revised_at", INSTANT, nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["call_report.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("report_id", "digest"),
    )
    op.create_index("ix_call_revision_report_id", "call_revision", ["report_id"])
    op.create_table(
        "reply_words",
        sa.Column("reply_id", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"]),
        sa.PrimaryKeyConstraint("reply_id"),
        schema="medical",
    )
    op.create_table(
        "reply_words",
        sa.Column("reply_id", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"]),
        sa.PrimaryKeyConstraint("reply_id"),
    )
    op.add_column("outside_event", sa.Column("named", sa.JSON(), nullable=True))
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON call_revision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
