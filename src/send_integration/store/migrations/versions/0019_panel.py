"""The panel's record beside each child's answer, its agenda, its words under way, and what was seen when it decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The next sweeps fold every child anew, for the events of which the records are made are all kept."""
    op.add_column(
        "child",
        sa.Column(
            "panel",
            postgresql.JSONB(),
            nullable=False,
            server_default='{"actions": [], "services": [], "voices": [], "listings": [], "decisions": [], "discussions": []}',
            comment="the panel's record (timeline.panel), whose texts may not be in the answer",
        ),
    )
    op.execute("UPDATE child SET judged_by = ''")
    op.create_table(
        "panel_listing",
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("child_id", "source", "event_id", name=op.f("pk_panel_listing")),
    )
    op.create_index(op.f("ix_panel_listing_meeting_on_child_id"), "panel_listing", ["meeting_on", "child_id"])
    op.create_table(
        "panel_word",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="of the record as which it was said"),
        sa.Column("child_id", sa.Text(), nullable=False, comment="whose it was then"),
        sa.Column("meeting_on", sa.Date(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False, comment="listed, taken_off, discussed, decided, ..."),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column(
            "body", postgresql.JSONB(), nullable=True, comment="the event's own fields; null once it is on the timeline"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_panel_word")),
    )
    op.create_index(
        "ix_panel_word_under_way", "panel_word", ["child_id"], postgresql_where=sa.text("body IS NOT NULL")
    )
    op.create_table(
        "panel_sight",
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("seen", postgresql.JSONB(), nullable=False),
        sa.Column("shown_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("child_id", "mark", name=op.f("pk_panel_sight")),
    )
    op.create_index(op.f("ix_panel_sight_shown_at"), "panel_sight", ["shown_at"])
    op.create_table(
        "decision_seen",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False, comment="as whom the child was seen"),
        sa.Column("seen", postgresql.JSONB(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_decision_seen")),
    )
    op.create_index(op.f("ix_decision_seen_child_id"), "decision_seen", ["child_id"])
