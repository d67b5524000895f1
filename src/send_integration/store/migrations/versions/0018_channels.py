"""Several channels: a message is one row, whichever channel takes it; who sends it now is written down; and how each channel
stands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Only the mail server was a channel before, so that no message has two rows; what waits is sent by whichever is first."""
    op.execute("ALTER TABLE delivery DROP CONSTRAINT pk_delivery, ADD CONSTRAINT pk_delivery PRIMARY KEY (message_id)")
    op.alter_column(
        "delivery", "channel", existing_type=sa.Text(), nullable=True, comment="which took it; else which failed last"
    )
    op.alter_column(
        "delivery",
        "content",
        existing_type=postgresql.JSONB(),
        existing_nullable=False,
        existing_comment="{subject, text, path}, and nothing of the child",
        comment="{subject, text, path, kind, due}, and nothing of the child",
    )
    op.execute("UPDATE delivery SET channel = NULL WHERE sent_at IS NULL")
    for column in (
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column(
            "times_asked",
            sa.Integer(),
            nullable=False,
            server_default="1",
            comment="an alert that was cleared and is raised again is another message",
        ),
        sa.Column("refused_by", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column("claimed_until", MOMENT, nullable=True, comment="a process sends it now, and no other until then"),
        sa.Column("held_since", MOMENT, nullable=True, comment="when it could first have been sent, and was not"),
        sa.Column("undeliverable_since", MOMENT, nullable=True),
        sa.Column("undeliverable_told_at", MOMENT, nullable=True),
    ):
        op.add_column("delivery", column)
    op.drop_index("ix_delivery_due", "delivery")
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["urgent", "due_at", "message_id"],
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "channel_health",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True, comment="1 for the first choice; null where it is no longer used"),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("failed_at", MOMENT, nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True, comment="when people were told that it is dead"),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_health")),
    )
