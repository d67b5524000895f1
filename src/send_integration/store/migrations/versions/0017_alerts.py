"""What is done about an alert: when it is sent, who answers it, and who is told where nobody does; absences of workers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add it all. Alerts that are open were sent; the time to answer them begins on the day of this change."""
    _add_absences()
    _add_to_alerts()
    op.execute("UPDATE alert SET sent_levels = ARRAY[content ->> 'level'], waits_since = CURRENT_DATE")
    op.create_table(
        "alert_hand_over",
        sa.Column("flag_id", sa.Text(), nullable=False),
        sa.Column("to_worker", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("flag_id", name=op.f("pk_alert_hand_over")),
    )
    op.create_table(
        "alert_load",
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("recipient", "day", name=op.f("pk_alert_load")),
    )
    op.create_table(
        "digest",
        sa.Column("digest_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "alerts", postgresql.ARRAY(sa.Text()), nullable=False, comment="as listed, the most severe first"
        ),
        sa.Column("made_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("digest_id", name=op.f("pk_digest")),
        sa.UniqueConstraint("recipient", "day", name=op.f("uq_digest_recipient_day")),
    )
    op.alter_column(
        "delivery", "message_id", comment="an alert's id, a digest's, or a notice's", existing_type=sa.Text()
    )


def _add_absences() -> None:
    op.create_table(
        "worker_absence",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("covered_by", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True, comment="the event that it corrects or retracts"),
        sa.Column("retracts", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("pk_worker_absence")),
    )
    op.create_index(op.f("ix_worker_absence_worker_id"), "worker_absence", ["worker_id"])
    op.create_index(
        "ix_worker_absence_target",
        "worker_absence",
        ["source", "target"],
        postgresql_where=sa.text("target IS NOT NULL"),
    )
    op.create_table(
        "directory_state",
        sa.Column(
            "one", sa.Boolean(), nullable=False, server_default=sa.text("true"), comment="there is one row"
        ),
        sa.Column("changes", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("routed", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("routed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_directory_state")),
        sa.CheckConstraint("one", name=op.f("ck_directory_state_one")),
    )
    op.execute("INSERT INTO directory_state DEFAULT VALUES")


def _add_to_alerts() -> None:
    columns: tuple[sa.Column[object], ...] = (
        sa.Column("email", sa.Text(), comment="the recipient's, as known when it was routed"),
        sa.Column(
            "sent_levels",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            server_default="{}",
            comment="at which it was sent, each once",
        ),
        sa.Column("digest_on", sa.Date(), comment="the day in whose digest it is, or the next digest after that"),
        sa.Column("waits_since", sa.Date(), comment="since when its recipient, or whom it was passed on to last, is to answer"),
        sa.Column("snoozed_until", sa.Date()),
        sa.Column(
            "handled", postgresql.JSONB(), comment="{what, by, on, why}: the person's answer to the flag, as on send.flags"
        ),
        sa.Column(
            "escalated_from", sa.Text(), comment="the recipient who did not answer, where that is why it is here"
        ),
    )
    for column in columns:
        op.add_column("alert", column)
    op.create_index(
        "ix_alert_digest",
        "alert",
        ["digest_on"],
        postgresql_where=sa.text("digest_on IS NOT NULL AND cleared_at IS NULL"),
    )
    op.create_index(
        "ix_alert_waits",
        "alert",
        ["waits_since"],
        postgresql_where=sa.text("waits_since IS NOT NULL AND cleared_at IS NULL"),
    )
