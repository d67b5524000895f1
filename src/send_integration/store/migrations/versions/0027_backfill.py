"""History that is loaded from files: which files, how far each has come, and what waits to be let in or evaluated."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the tables of the backfill; what is read and not let in is not logged, for it can be read again."""
    op.create_table(
        "backfill_file",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "begun_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill_file")),
        sa.UniqueConstraint("feed", "content_hash", name=op.f("uq_backfill_file_feed_content_hash")),
    )
    op.create_table(
        "backfill_chunk",
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_byte", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("lines_before", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.Integer(), comment="null until it is read"),
        sa.Column(
            "put_by", sa.Integer(), nullable=False, server_default="0", comment="how many of them the gate is to take"
        ),
        sa.Column(
            "too_long", sa.Integer(), nullable=False, server_default="0", comment="lines that no message may be"
        ),
        sa.Column("state", sa.Text(), nullable=False, server_default="planned"),
        sa.ForeignKeyConstraint(["file"], ["backfill_file.id"], name=op.f("fk_backfill_chunk_file")),
        sa.PrimaryKeyConstraint("file", "number", name=op.f("pk_backfill_chunk")),
        sa.CheckConstraint("state IN ('planned', 'read', 'let-in')", name=op.f("ck_backfill_chunk_state")),
    )
    _staging()
    op.create_table(
        "backfill_rest",
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("file", "place", name=op.f("pk_backfill_rest")),
    )
    op.create_table(
        "backfill_child",
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_backfill_child")),
    )


def _staging() -> None:
    op.create_table(
        "backfill_event",
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), comment="of what is refused: as its bytes say, where they can be read"),
        sa.Column("event_id", sa.Text(), comment="likewise"),
        sa.Column("body_hash", sa.LargeBinary(), comment="null where it is refused"),
        sa.Column("recorded_at", sa.DateTime(timezone=True)),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), comment="null where it is the raw bytes"),
        sa.Column("record", sa.LargeBinary(), comment="the digest of the person record that it asserts"),
        sa.Column("target", sa.Text(), comment="what it corrects or retracts"),
        sa.Column("remarks", postgresql.ARRAY(sa.Text()), comment="the warning rules that speak of it"),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_backfill_event_file_chunk"), "backfill_event", ["file", "chunk"])
