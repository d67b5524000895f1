"""What the pages on feeds tell: each agency's counts by day, how far the broker's topics reach, when a fault began."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True)
COUNTS = ("messages", "accepted", "refused", "repeats", "kept", "doubted", "wanted", "present", "timely")


def upgrade() -> None:
    """Create the tables, empty: agencies are counted from now on, and of past openings nobody knows the first bad row."""
    op.create_table(
        "agency_day",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("lag_seconds", sa.Double(), nullable=False),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=True, comment="when the newest of its events was recorded"),
        sa.PrimaryKeyConstraint("feed", "agency", "day", name=op.f("pk_agency_day")),
    )
    op.create_index(op.f("ix_agency_day_day"), "agency_day", ["day"])
    op.create_table(
        "broker_end",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("begin_offset", sa.BigInteger(), nullable=False),
        sa.Column("end_offset", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("pk_broker_end")),
    )
    op.add_column(
        "feed_change",
        sa.Column(
            "first_bad_at",
            MOMENT,
            nullable=True,
            comment="when the first row was read that counts against the rules that failed",
        ),
    )
