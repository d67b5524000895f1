"""Every person record has a key, by which what is said of it on topics is protected, and without which that is gone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Create the tables; the gate fills them."""
    op.execute("CREATE SCHEMA keys")
    op.create_table(
        "master",
        sa.Column("only", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("master", sa.Text(), nullable=False, comment="the name of the master key"),
        sa.Column("mark_key", sa.LargeBinary(), nullable=False, comment="wrapped; names of keys are made with it"),
        sa.Column(
            "former",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="names of those that it was before",
        ),
        sa.Column(
            "destroyed", sa.BigInteger(), server_default="0", nullable=False, comment="rises whenever keys are destroyed"
        ),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_master")),
        sa.CheckConstraint('"only"', name=op.f("ck_master_only")),
        schema="keys",
    )
    op.create_table(
        "record_key",
        sa.Column("name", sa.Text(), nullable=False, comment="made of source and local_id under mark_key"),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True, comment="the key; null: it was destroyed"),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("local_id", sa.Text(), nullable=True),
        sa.Column("destroyed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_record_key")),
        sa.CheckConstraint(
            "num_nulls(wrapped, source, local_id) = CASE WHEN destroyed_on IS NULL THEN 0 ELSE 3 END",
            name=op.f("ck_record_key_destroyed"),
        ),
        schema="keys",
    )
    op.create_index(
        op.f("ix_record_key_source_local_id"),
        "record_key",
        ["source", "local_id"],
        unique=True,
        schema="keys",
        postgresql_where=sa.text("wrapped IS NOT NULL"),
    )
    # a row that was destroyed lies in its page until it is vacuumed: let that be soon, however few they are
    op.execute(
        "ALTER TABLE keys.record_key SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,"
        " autovacuum_vacuum_insert_threshold = -1)"
    )
    op.create_table(
        "passed_over",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_passed_over")),
        schema="keys",
    )
    op.add_column(
        "outbox",
        sa.Column(
            "records",
            postgresql.JSONB(),
            nullable=True,
            comment="pairs of source and local id, by whose keys the value is protected when it is published; null: by none",
        ),
    )
