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
