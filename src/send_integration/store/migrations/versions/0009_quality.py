"""Remarks of warning rules, audits of the gate's judgement, and CSV columns that no mapping names."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "remark",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "source", "rule", "noted_on", name=op.f("pk_remark")),
    )
    op.create_table(
        "quality_audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("audited_at", MOMENT, nullable=False),
        sa.Column("newest_at", MOMENT, nullable=False, comment="when the window's last message was judged"),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column(
            "differing",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="rules whose verdicts differ or that could not be asked",
        ),
        sa.Column(
            "results", postgresql.JSONB(), nullable=False, comment="each rule's counts, as its BASIC result has them"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_audit")),
    )
    op.create_index(op.f("ix_quality_audit_feed_audited_at"), "quality_audit", ["feed", "audited_at"])
    op.create_table(
        "csv_column",
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False, comment="new or missing"),
        sa.Column("type", sa.Text(), nullable=False, comment="the events that the mapping makes"),
        sa.Column(
            "shapes", postgresql.ARRAY(sa.Text()), nullable=False, comment="of its cells, and never a value"
        ),
        sa.Column(
            "likely_field",
            sa.Text(),
            nullable=False,
            comment="what it may be a new name of; '' where nothing is like it",
        ),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("mapping", "source", "column_name", "what", name=op.f("pk_csv_column")),
    )
