"""Caps and cadence, the places of those who wait, and what the gate saw."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
