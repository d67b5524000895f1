"""The warehouse's first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the schema and every table."""
    op.execute("CREATE SCHEMA warehouse")
    op.create_table(
        "clean_event",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("child_key", sa.Text(), nullable=False),
        sa.Column("decision", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("pk_clean_event")),
        schema="warehouse",
    )
    op.create_index(op.f("ix_clean_event_child_key"), "clean_event", ["child_key"], unique=False, schema="warehouse")
    op.create_index(
        "ix_clean_event_target",
        "clean_event",
        ["source", "target"],
        unique=False,
        schema="warehouse",
        postgresql_where=sa.text("target IS NOT NULL"),
    )
    op.create_table(
        "dim_child",
        sa.Column("child_key", sa.Text(), nullable=False),
        sa.Column("birth_month", sa.Date(), nullable=False, comment="the first of the month of birth"),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("ethnicity", sa.Text(), nullable=True),
        sa.Column("postcode_district", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("child_key", name=op.f("pk_dim_child")),
        schema="warehouse",
    )
    op.create_table(
        "fact_ehc_request",
        sa.Column("request_key", sa.Text(), nullable=False, comment="a hash of the request's number"),
        sa.Column("child_key", sa.Text(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_to_issue_on", sa.Date(), nullable=True),
        sa.Column("issue_decision", sa.Text(), nullable=True),
        sa.Column("finalised_on", sa.Date(), nullable=True),
        sa.Column("has_exception", sa.Boolean(), nullable=False),
        sa.Column("within_six_weeks", sa.Boolean(), nullable=True),
        sa.Column("within_twenty_weeks", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("request_key", name=op.f("pk_fact_ehc_request")),
        schema="warehouse",
    )
    op.create_index(
        op.f("ix_fact_ehc_request_child_key"), "fact_ehc_request", ["child_key"], unique=False, schema="warehouse"
    )
    op.create_index(
        op.f("ix_fact_ehc_request_finalised_on"), "fact_ehc_request", ["finalised_on"], unique=False, schema="warehouse"
    )
    op.create_index(
        op.f("ix_fact_ehc_request_requested_on"), "fact_ehc_request", ["requested_on"], unique=False, schema="warehouse"
    )
    op.create_table(
        "fact_episode",
        sa.Column("child_key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("child_key", "number", name=op.f("pk_fact_episode")),
        schema="warehouse",
    )
    op.create_table(
        "fact_event",
        sa.Column("event_key", sa.Text(), nullable=False, comment="a hash of source and id"),
        sa.Column("child_key", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_key", name=op.f("pk_fact_event")),
        schema="warehouse",
    )
    op.create_index(op.f("ix_fact_event_child_key"), "fact_event", ["child_key"], unique=False, schema="warehouse")
    op.create_table(
        "fact_milestone",
        sa.Column("child_key", sa.Text(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="which of the child's, by their trigger"),
        sa.Column("triggered_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("restated_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("child_key", "milestone", "number", name=op.f("pk_fact_milestone")),
        schema="warehouse",
    )
