"""Minimum information says its language and whether it is legible; content is recalled, synchronised and warned of.

A block of the first schema had words and no language. It is taken to be in its market's first one, and counts as not found legible: until the library
is imported again, or review says so, promotion with it is refused in the markets that ask for it.
"""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _give_blocks_a_language()
    _create_tables()
    op.add_column("touch", sa.Column("fragments", sa.JSON(), nullable=True))
    for name in ("person_id", "enrolment_id", "journey", "version", "step"):
        op.alter_column("notification", name, nullable=True)
    op.add_column("notification", sa.Column("warning_id", sa.String(), sa.ForeignKey("content_warning.id"), nullable=True))
    op.create_index("ix_notification_warning_id", "notification", ["warning_id"])
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recall FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")


def _create_tables() -> None:
    op.create_table(
        "recall",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("remark_id", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reach", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["content_id", "version"], ["content_version.id", "content_version.version"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("recall_of_content", "recall", ["content_id", "version", "at"])
    op.create_table(
        "content_warning",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("expires", INSTANT, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reach", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("content_id", "version", "expires", "days"),
    )
    op.create_index("content_warning_latest", "content_warning", ["at", "id"])
    op.create_table(
        "choice",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("fragments", sa.JSON(), nullable=False),
        sa.Column("fill", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "content_source",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def _give_blocks_a_language() -> None:
    bind = op.get_bind()
    spoken = {row.id: row.body["languages"][0] for row in bind.execute(sa.text("SELECT id, body FROM market"))}
    for row in bind.execute(sa.text("SELECT id, version, body FROM content_version")).all():
        approval = row.body.get("approval") or {}
        blocks = approval.get("minimum_information") or {}
        if any(isinstance(words, str) for words in blocks.values()):
            approval["minimum_information"] = {market: _block(words, spoken.get(market, "en")) for market, words in blocks.items()}
            told = {"id": row.id, "version": row.version, "body": json.dumps(row.body), "digest": _digest(row.body)}
            bind.execute(sa.text("UPDATE content_version SET body = :body, digest = :digest WHERE id = :id AND version = :version"), told)


def _block(words: Any, language: str) -> Any:
    return {"texts": {language: words}, "legible": False} if isinstance(words, str) else words


def _digest(body: dict[str, Any]) -> str:
    """As `orchestrator.store.library.content_digest` reckons it."""
    blocks = {market: block["texts"] for market, block in body["approval"]["minimum_information"].items()}
    told = {name: value for name, value in body.items() if name not in ("state", "approval")} | {"minimum_information": blocks}
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
