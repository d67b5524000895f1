"""Open items of quarantine are found by where their messages stood: what a gate says again is not looked for among all."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Create the index."""
    op.create_index(
        op.f("ix_quarantine_position"),
        "quarantine",
        ["topic", "partition", "offset"],
        postgresql_where=sa.text("status = 'open'"),
    )
