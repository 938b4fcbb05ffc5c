"""Caps and cadence, the places of those who wait, and what the gate saw.

The one cap that a market had becomes the first of its list, so that no policy is ever read as having none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


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
    op.execute("""
        UPDATE market SET imported = digest, body = (
            (body::jsonb - 'weekly_cap' - 'cap_period')
            || jsonb_build_object('caps', jsonb_build_array(jsonb_build_object('at_most', body::jsonb -> 'weekly_cap', 'per', body::jsonb -> 'cap_period')))
        )::json
        WHERE jsonb_exists(body::jsonb, 'weekly_cap')
    """)
    op.execute("""
        UPDATE market SET body = (
            body::jsonb #- '{source,weekly_cap}' || jsonb_build_object(
                'source', ((body::jsonb -> 'source') - 'weekly_cap') || jsonb_build_object('caps', body::jsonb #> '{source,weekly_cap}')
            )
        )::json
        WHERE body::jsonb #> '{source,weekly_cap}' IS NOT NULL
    """)
