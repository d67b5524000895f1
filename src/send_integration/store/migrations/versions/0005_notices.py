"""Notices to those who saw what has left a child's timeline, and since when each event stands there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables and columns; what stands on an answer already counts as shown since it was admitted."""
    op.add_column(
        "event",
        sa.Column(
            "shown_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when it has stood on its child's answer; null where it does not",
        ),
    )
    op.execute(
        "UPDATE event e SET shown_since = a.admitted_at FROM admitted a, (SELECT c.child_id, t ->> 'event_id' AS event_id"
        " FROM child c CROSS JOIN LATERAL jsonb_array_elements(c.answer -> 'timeline') AS t) AS stands"
        " WHERE (a.source, a.event_id) = (e.source, e.event_id) AND (stands.child_id, stands.event_id)"
        " = (e.child_id, e.event_id)"
    )
    op.add_column(
        "flag_change",
        sa.Column(
            "because",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="what a decision on identity did; else empty",
        ),
    )
    op.add_column(
        "alert",
        sa.Column(
            "stood_before",
            postgresql.TSTZMULTIRANGE(),
            server_default="{}",
            nullable=False,
            comment="when it was open and closed again",
        ),
    )
    op.create_index(op.f("ix_alert_child_id"), "alert", ["child_id"], unique=False)
    op.create_index("ix_audit_export", "audit", ["at"], unique=False, postgresql_where=sa.text("action = 'export'"))
    op.alter_column(
        "person_record", "digest", existing_type=sa.LargeBinary(), comment="of all that is asserted"
    )
    _generalise_delivery()
    _create_notices()


def _generalise_delivery() -> None:
    """A delivery holds its own words, so that it can be an alert's or a notice's; those that wait are worded here."""
    op.drop_constraint("fk_delivery_alert_id", "delivery", type_="foreignkey")
    op.alter_column("delivery", "alert_id", new_column_name="message_id", comment="an alert's id, or a notice's")
    op.add_column(
        "delivery",
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="{subject, text, path}, and nothing of the child",
        ),
    )
    op.execute(
        "UPDATE delivery d SET content = jsonb_build_object("
        "'subject', format('Alert %s: %s, %s', a.alert_id, a.content ->> 'rule', a.content ->> 'kind'),"
        "'text', format(E'There is an alert for you: %s, %s, level %s.\\n%sChild reference %s.\\n\\n"
        "Sign in to see why, and what to do next:', a.content ->> 'rule', a.content ->> 'kind', a.content ->> 'level',"
        " coalesce('Due on ' || (a.content ->> 'due_on') || E'.\\n', ''), a.child_id),"
        "'path', '/children/' || a.child_id) FROM alert a WHERE a.alert_id = d.message_id"
    )
    op.alter_column("delivery", "content", nullable=False)


def _create_notices() -> None:
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "posted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was handed to the channels, or found to have no address",
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice")),
    )
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["recipient", "child_id"],
        unique=True,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index(
        "ix_notice_unposted", "notice", ["opened_at"], unique=False, postgresql_where=sa.text("posted_at IS NULL")
    )
    op.create_table(
        "notice_entry",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("shown_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column(
            "ways",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="page, record, alert, export: how it reached the recipient",
        ),
        sa.Column(
            "rules",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="of the flags whose alerts rested on it",
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.notice_id"], name=op.f("fk_notice_entry_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "source", "event_id", "shown_since", name=op.f("pk_notice_entry")),
    )
