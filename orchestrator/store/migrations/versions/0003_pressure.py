"""Caps and cadence, the places of those who wait, and what the gate saw.

The one cap that a market had becomes the first of its list, so that no policy is ever read as having none.
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

_DEFAULTS: dict[str, object] = {"consent": {}, "quiet_hours": None, "signatures": ["sales", "marketing", "medical"], "journeys_at_once": 1, "source": {}}
"""What a policy that was silent was stored with; from now on it is not."""


def upgrade() -> None:
    op.add_column("market", sa.Column("imported", sa.String(), nullable=True))
    _list_the_caps()
    op.add_column("judgement", sa.Column("asked", sa.JSON(), nullable=True))
    op.create_index("judgement_of_person", "judgement", ["person_id", "at"])
    op.create_table(
        "waiting_touch",
        sa.Column("touch_key", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("touch_key"),
    )
    op.create_index("ix_waiting_touch_person_id", "waiting_touch", ["person_id"])
    op.create_index("ix_waiting_touch_enrolment_id", "waiting_touch", ["enrolment_id"])


def _list_the_caps() -> None:
    """Each policy as this release writes it, digest and all, so that importing the same rules again changes nothing. The former keys stay, for the release
    before reads them."""
    market = sa.table("market", sa.column("id", sa.String), sa.column("body", sa.JSON), sa.column("digest", sa.String), sa.column("imported", sa.String))
    connection = op.get_bind()
    for name, body in connection.execute(sa.select(market.c.id, market.c.body)).all():
        if "weekly_cap" not in body:
            continue
        cap = {"at_most": body["weekly_cap"], "per": body["cap_period"]}
        source = body.get("source", {})
        if "weekly_cap" in source:
            source["caps"] = source.pop("weekly_cap")
        news = {name: value for name, value in {**body, "source": source, "caps": [cap]}.items() if value != _DEFAULTS.get(name)}
        digest = hashlib.sha256(json.dumps(news, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
        connection.execute(sa.update(market).where(market.c.id == name).values(body=news, digest=digest, imported=digest))
