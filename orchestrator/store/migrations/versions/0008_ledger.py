"""Letters outside a journey, what became of each touch, and copies of what was sent."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
