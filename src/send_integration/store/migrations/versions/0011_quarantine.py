"""What stewards need of an item: whose bytes they are, the adapter's own reasons, a replay under way, and every act on it."""

import json

import sqlalchemy as sa
from alembic import op
from send_integration.contracts.glimpse import glimpse
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

ADAPTERS = "^(cin-|sen2-|row-width$)"
"""The codes that only adapters gave, until their reasons were kept apart."""


def upgrade() -> None:
    """Add the columns and the table, and fill them from what is kept."""
    op.add_column("quarantine", sa.Column("source", sa.Text(), comment="as the bytes say, where they can be read"))
    op.add_column("quarantine", sa.Column("event_id", sa.Text(), comment="likewise"))
    op.add_column("quarantine", sa.Column("local_id", sa.Text(), comment="likewise, of the person"))
    op.add_column(
        "quarantine",
        sa.Column(
            "restricted", sa.Boolean(), nullable=False, server_default=sa.false(), comment="the bytes say so, or could"
        ),
    )
    op.add_column(
        "quarantine",
        sa.Column(
            "adapter_reasons",
            postgresql.JSONB(),
            nullable=False,
            server_default="[]",
            comment="those of `reasons` that came with the message",
        ),
    )
    op.add_column(
        "quarantine", sa.Column("replay", sa.BigInteger(), comment="the act of the replay that is under way")
    )
    op.create_table(
        "quarantine_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False, comment="a worker id, or 'gate'"),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False, comment="the item's as they were then"),
        sa.CheckConstraint(
            "act IN ('quarantined', 'replayed', 'refused-again', 'released', 'discarded')",
            name=op.f("ck_quarantine_act_act"),
        ),
        sa.ForeignKeyConstraint(["item"], ["quarantine.id"], name=op.f("fk_quarantine_act_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_act")),
    )
    op.create_index(op.f("ix_quarantine_act_item"), "quarantine_act", ["item"])
    _fill(op.get_bind())
    op.create_index(
        "ix_quarantine_again",
        "quarantine",
        ["source", "event_id"],
        postgresql_where=sa.text("status <> 'released' AND person_record_id IS NULL"),
    )
    op.create_index(
        "ix_quarantine_awaiting", "quarantine", ["source", "local_id"], postgresql_where=sa.text("status = 'open'")
    )


def _fill(connection: sa.Connection) -> None:
    connection.execute(
        sa.text(
            "UPDATE quarantine SET adapter_reasons = coalesce((SELECT jsonb_agg(r) FROM jsonb_array_elements(reasons) AS r"
            " WHERE r ->> 'code' ~ :adapters), '[]')"
        ),
        {"adapters": ADAPTERS},
    )
    connection.execute(
        sa.text(
            "INSERT INTO quarantine_act (item, act, at, by, reasons)"
            " SELECT id, 'quarantined', quarantined_at, 'gate', reasons FROM quarantine ORDER BY id"
        )
    )
    last = 0
    query = sa.text("SELECT id, raw FROM quarantine WHERE id > :last ORDER BY id LIMIT 1000")
    while rows := connection.execute(query, {"last": last}).all():
        told = [(item, *glimpse(bytes(raw))) for item, raw in rows]
        connection.execute(
            sa.text(
                "UPDATE quarantine q SET source = v ->> 1, event_id = v ->> 2, local_id = v ->> 3,"
                " restricted = cast(v ->> 5 AS boolean)"
                " FROM jsonb_array_elements(cast(:told AS jsonb)) AS v WHERE q.id = cast(v ->> 0 AS bigint)"
            ),
            {"told": json.dumps(told)},
        )
        last = rows[-1][0]
