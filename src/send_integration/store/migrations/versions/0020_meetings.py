"""The panel's meetings: who sits in them, who came, and in which order the children are talked about."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    """Whom a meeting is about is known from the events already; so every past one has an agenda, and no seats."""
    op.create_table(
        "meeting",
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False, comment="how many members must be present"),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("quorum BETWEEN 1 AND 50", name=op.f("ck_meeting_quorum")),
        sa.PrimaryKeyConstraint("meeting_on", name=op.f("pk_meeting")),
    )
    op.create_table(
        "meeting_seat",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=True, comment="null while nobody has said"),
        sa.Column("said_by", sa.Text(), nullable=False, comment="who seated them, or last said whether they came"),
        sa.Column("said_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "part IN ('chair', 'education', 'health', 'care', 'family', 'other')", name=op.f("ck_meeting_seat_part")
        ),
        sa.ForeignKeyConstraint(["meeting_on"], ["meeting.meeting_on"], name=op.f("fk_meeting_seat_meeting_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_seat")),
    )
    op.create_index(op.f("ix_meeting_seat_meeting_on"), "meeting_seat", ["meeting_on"])
    op.create_table(
        "agenda_place",
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True, comment="null where nobody has moved the child"),
        sa.Column("carried_to", sa.Date(), nullable=True),
        sa.Column("carried_why", sa.Text(), server_default="", nullable=False),
        sa.Column("carried_by", sa.Text(), server_default="", nullable=False),
        sa.Column("carried_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["meeting_on"], ["meeting.meeting_on"], name=op.f("fk_agenda_place_meeting_on")),
        sa.PrimaryKeyConstraint("meeting_on", "child_id", name=op.f("pk_agenda_place")),
    )
