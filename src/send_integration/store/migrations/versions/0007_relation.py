"""Who is whose brother, sister or carer.

Records that were kept before have no key for their home yet: `identity redecide`, which the gate asks for where the keys
have changed, keeps them under it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "relation",
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="who says so"),
        sa.Column("event_id", sa.Text(), nullable=False, comment="the last event that says so"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("other_source", sa.Text(), nullable=False),
        sa.Column("other_local_id", sa.Text(), nullable=False),
        sa.Column(
            "other_key", sa.BigInteger(), nullable=False, comment="of person_record_key, for the reference's records"
        ),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("child_id", "source", "event_id", name=op.f("pk_relation")),
    )
    op.create_index(op.f("ix_relation_other_source_other_local_id"), "relation", ["other_source", "other_local_id"])
