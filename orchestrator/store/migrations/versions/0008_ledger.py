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
    _keep_books()
    _book_what_there_is()


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


def _keep_books() -> None:
    for name, kind in (("address", sa.String()), ("ask_at", INSTANT), ("alarm", sa.String()), ("alarmed_at", INSTANT)):
        op.add_column("touch", sa.Column(name, kind, nullable=True))
    op.add_column("touch", sa.Column("asked", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_touch_address", "touch", ["address"])
    op.create_index("touch_list", "touch", ["at", "key"])
    op.create_index("touch_by_state", "touch", ["state", "ask_at"])
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("touch_key", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["touch_key"], ["touch.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("touch_key", "attempt", "state"),
    )
    op.create_table(
        "undeliverable",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("touch_key", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["touch_key"], ["touch.key"]),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_index("ix_undeliverable_touch_key", "undeliverable", ["touch_key"])
    op.create_table(
        "sent_copy",
        sa.Column("touch_key", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("keep_until", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["touch_key"], ["touch.key"]),
        sa.PrimaryKeyConstraint("touch_key", "attempt"),
    )
    op.create_index("sent_copy_over", "sent_copy", ["keep_until"])


def _book_what_there_is() -> None:
    """Of a touch of an earlier release it is known how it stands, and that it was reserved before. What was unknown then is asked for now."""
    op.execute("""
        INSERT INTO ledger_entry (touch_key, attempt, state, source, at, recorded_at)
        SELECT key, attempt, 'reserved', 'house', at, now() FROM touch WHERE message_id IS NOT NULL
    """)
    op.execute("""
        INSERT INTO ledger_entry (touch_key, attempt, state, source, at, recorded_at)
        SELECT key, attempt, state, 'house', COALESCE(settled_at, at), now() FROM touch WHERE message_id IS NOT NULL AND state <> 'reserved'
    """)
    op.execute("UPDATE touch SET ask_at = settled_at WHERE state = 'unknown'")
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
