"""How far a child is above the year group of their age, so that lists say the year that the child's page says."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the column; as other rules judge from this version on, every child is evaluated anew, and gets a value."""
    op.add_column(
        "child",
        sa.Column(
            "years_above",
            sa.SmallInteger(),
            nullable=False,
            server_default="0",
            comment="how far above the year group of their age, as a school told; below it where negative",
        ),
    )
