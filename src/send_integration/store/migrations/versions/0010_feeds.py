"""How each feed as a whole is doing: its circuit breaker, every change of it, and the counts of its messages."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)
STATES = "state IN ('closed', 'open', 'half-open')"


def upgrade() -> None:
    """Create the tables; a feed without a row is let in."""
    op.create_table(
        "feed_breaker",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("trips", sa.Integer(), nullable=False),
        sa.Column("try_at", MOMENT, nullable=True, comment="when an open breaker lets a window through by itself"),
        sa.CheckConstraint(STATES, name=op.f("ck_feed_breaker_state")),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_breaker")),
    )
    op.create_table(
        "feed_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column(
            "failures",
            postgresql.JSONB(),
            nullable=False,
            comment="[{rule, owner, measure, value, limit}]",
        ),
        sa.Column(
            "posted_at",
            MOMENT,
            nullable=True,
            comment="of an opening: when it was handed to the channels, or found to have no address",
        ),
        sa.CheckConstraint(STATES, name=op.f("ck_feed_change_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_change")),
    )
    op.create_index(op.f("ix_feed_change_feed_at"), "feed_change", ["feed", "at"])
    op.create_index(
        "ix_feed_change_unposted",
        "feed_change",
        ["id"],
        postgresql_where=sa.text("state = 'open' AND posted_at IS NULL"),
    )
    op.create_table(
        "feed_window",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        *_tally(),
        sa.Column("told", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("judged", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_window")),
    )
    op.create_index(
        "ix_feed_window_waiting", "feed_window", ["feed", "began_at"], postgresql_where=sa.text("NOT judged")
    )
    op.create_index(op.f("ix_feed_window_began_at"), "feed_window", ["began_at"])
    op.create_table(
        "feed_day",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_tally(),
        sa.PrimaryKeyConstraint("feed", "day", name=op.f("pk_feed_day")),
    )


def _tally() -> list[sa.Column[Any]]:
    counts = ("messages", "arrived_today", "accepted", "quarantined", "duplicates", "rows", "people", "matched")
    return [
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in counts),
        sa.Column("lag_seconds", sa.Double(), nullable=False),
        sa.Column("last_recorded_at", MOMENT, nullable=True),
        sa.Column("absent", postgresql.JSONB(), nullable=False, comment="{column: rows without a value}"),
        sa.Column("codes", postgresql.JSONB(), nullable=False, comment="{column: {code: rows}}"),
    ]
