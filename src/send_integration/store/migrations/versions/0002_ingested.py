"""What was sent of person-level returns, so that the next return's rows are repeats or corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "ingested",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column(
            "base_id", sa.Text(), nullable=False, comment="names the fact, whatever later returns say of it"
        ),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "returned_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the moment of the return that said it first",
        ),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("pk_ingested")),
    )
    op.create_index(op.f("ix_ingested_source_base_id"), "ingested", ["source", "base_id"], unique=False)
