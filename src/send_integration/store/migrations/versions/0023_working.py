"""What a worker's own page asks: whose children they are, what is urgent in an inbox, and when it was last looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

URGENCY: list[str | sa.TextClause] = [
    "recipient",
    sa.text("array_position(ARRAY['high', 'raise', 'watch'], content ->> 'level')"),
    sa.text("((content ->> 'rule') <> 'crisis-while-waiting')"),
    sa.text("(content ->> 'due_on')"),
]


def upgrade() -> None:
    """Four indexes, and a table that begins empty: for everybody the next visit is the first."""
    op.create_index(
        "ix_child_workers",
        "child",
        [sa.text("jsonb_path_query_array(named_workers, '$[*].\"worker_id\"')")],
        postgresql_using="gin",
    )
    op.create_index(
        "ix_child_owners",
        "child",
        [sa.text("jsonb_path_query_array(panel, '$.\"actions\"[*].\"owner\"')")],
        postgresql_using="gin",
    )
    for name, condition in (
        ("ix_alert_urgency", "handled IS NULL"),
        ("ix_alert_answered", "(handled IS NOT NULL OR snoozed_until IS NOT NULL)"),
    ):
        op.create_index(name, "alert", URGENCY, postgresql_where=sa.text(f"cleared_at IS NULL AND {condition}"))
    op.create_table(
        "inbox_visit",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_before", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("actor", name=op.f("pk_inbox_visit")),
    )
