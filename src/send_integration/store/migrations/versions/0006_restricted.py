"""Restricted children are told apart from others; people's decisions are known before the gate carries them out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Mark whom the records at hand restrict; the timeline keeps the mark from now on."""
    mark_restricted_children()
    make_room_for_decisions()


def mark_restricted_children() -> None:
    op.add_column(
        "child",
        sa.Column(
            "restricted",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="a standing record is: shown only to whom the policy lets",
        ),
    )
    op.execute(
        "UPDATE child c SET restricted = true WHERE EXISTS"
        " (SELECT FROM person_record r WHERE r.child_id = c.child_id AND r.restricted)"
    )
    op.alter_column("child", "restricted", server_default=None)
    op.create_index("ix_child_restricted", "child", ["child_id"], postgresql_where=sa.text("restricted"))
    op.create_index(
        "ix_person_record_restricted", "person_record", ["source", "local_id"], postgresql_where=sa.text("restricted")
    )
    op.execute(
        "UPDATE warehouse.dim_child d SET postcode_district = NULL FROM child c"
        " WHERE c.child_id = d.child_key AND c.restricted"
    )


def make_room_for_decisions() -> None:
    op.create_table(
        "identity_decision",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column(
            "body", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="the event as it is said"
        ),
        sa.Column(
            "one",
            sa.BigInteger(),
            nullable=True,
            comment="the record with the lower number, where it was taken on a pair that waits",
        ),
        sa.Column("other", sa.BigInteger(), nullable=True),
        sa.Column("children", postgresql.ARRAY(sa.Text()), nullable=False, comment="whom it touches"),
        sa.Column(
            "carried_out", sa.Boolean(), server_default=sa.false(), nullable=False, comment="false: ask `admitted`"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_identity_decision")),
    )
    op.create_index(op.f("ix_identity_decision_one_other"), "identity_decision", ["one", "other"])
    op.create_index("ix_identity_decision_children", "identity_decision", ["children"], postgresql_using="gin")
    op.create_index(
        "ix_identity_decision_under_way",
        "identity_decision",
        ["event_id"],
        postgresql_where=sa.text("NOT carried_out"),
    )
