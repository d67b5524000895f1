"""Decisions on identity are found by whom they speak of and by what they take back, others' as well as ours, however many."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

OURS = "urn:send:identity-review"


def upgrade() -> None:
    """Add source, moment, what is named and three indexes; what was carried out is said so, and others' decisions are added."""
    op.add_column(
        "identity_decision", sa.Column("source", sa.Text(), nullable=False, server_default=OURS)
    )
    op.alter_column("identity_decision", "source", server_default=None)
    op.add_column("identity_decision", sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "identity_decision",
        sa.Column(
            "names",
            sa.Text(),
            sa.Computed("coalesce(body #>> '{data,retracts}', body #>> '{data,corrects}')", persisted=True),
            nullable=True,
            comment="the decision of its source that it takes back, or in whose place it stands",
        ),
    )
    op.execute("UPDATE identity_decision SET recorded_at = cast(body ->> 'recordedtime' AS timestamptz)")
    op.execute(
        "UPDATE identity_decision d SET carried_out = true WHERE NOT carried_out AND EXISTS"
        " (SELECT FROM admitted m WHERE m.source = d.source AND m.event_id = d.event_id)"
    )
    op.alter_column("identity_decision", "recorded_at", nullable=False)
    op.alter_column("identity_decision", "carried_out", comment=None)
    op.alter_column(
        "identity_decision", "children", comment="whom it touched when it was taken; of others' not known"
    )
    op.drop_constraint("pk_identity_decision", "identity_decision")
    op.create_primary_key("pk_identity_decision", "identity_decision", ["source", "event_id"])
    op.execute(
        "INSERT INTO identity_decision (source, event_id, recorded_at, decided_at, body, children, carried_out)"
        " SELECT source, event_id, recorded_at, admitted_at, convert_from(raw, 'UTF8')::jsonb, '{}', true"
        " FROM admitted WHERE feed = 'identity' ON CONFLICT DO NOTHING"
    )
    op.create_index("ix_identity_decision_latest", "identity_decision", ["recorded_at", "event_id", "source"])
    op.create_index(
        "ix_identity_decision_names",
        "identity_decision",
        ["source", "names"],
        postgresql_where=sa.text("names IS NOT NULL"),
    )
    op.create_index(
        "ix_identity_decision_pairs",
        "identity_decision",
        [sa.text("(body #> '{data,pairs}') jsonb_path_ops")],
        postgresql_using="gin",
    )
