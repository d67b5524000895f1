"""The silences of feeds, so that each is told once and outlives a restart; one row for each window that is
judged; and when a person let a feed in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table; no silence stands. What waited to be judged, of each feed less than a window, is judged no more."""
    op.create_table(
        "feed_silence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False, comment="the last day on which it sent as usual"),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("posted_at", MOMENT, nullable=True, comment="when it was handed to the channels"),
        sa.Column("ended_at", MOMENT, nullable=True, comment="when it was seen to send again"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_silence")),
    )
    op.create_index(
        "uq_feed_silence_standing",
        "feed_silence",
        ["feed"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute("UPDATE feed_window SET judged = true WHERE NOT judged")
    op.drop_index("ix_feed_window_waiting", "feed_window")
    op.drop_column("feed_window", "told")
    op.create_index("uq_feed_window_open", "feed_window", ["feed"], unique=True, postgresql_where=sa.text("NOT judged"))
    op.add_column(
        "feed_window",
        sa.Column(
            "bad_since",
            postgresql.JSONB(),
            nullable=False,
            server_default=sa.text("'{}'"),
            comment="when the first message was read that counts against a measure, by the measure",
        ),
    )
    op.add_column(
        "feed_breaker",
        sa.Column("resumed_at", MOMENT, nullable=True, comment="when a person last let the feed in again"),
    )
