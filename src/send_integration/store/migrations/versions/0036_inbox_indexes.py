"""An inbox reads of each recipient's alerts what it shows: each pile has an index in the whole of its order, and that of what
was lately closed has nothing that was answered or never sent."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

URGENCY: list[str | sa.TextClause] = [
    "recipient",
    sa.text("array_position(ARRAY['high', 'raise', 'watch'], content ->> 'level')"),
    sa.text("((content ->> 'rule') <> 'crisis-while-waiting')"),
    sa.text("(content ->> 'due_on')"),
    "alert_id",
]


def upgrade() -> None:
    """Make one index anew, and three in place of two others."""
    for name in ("ix_alert_urgency", "ix_alert_answered"):
        op.drop_index(name, table_name="alert")
    for name, condition in (
        ("ix_alert_urgency", "handled IS NULL"),
        ("ix_alert_put_off", "handled IS NULL AND snoozed_until IS NOT NULL"),
        ("ix_alert_acted_on", "handled ->> 'what' = 'acknowledged'"),
    ):
        op.create_index(name, "alert", URGENCY, postgresql_where=sa.text(f"cleared_at IS NULL AND {condition}"))
    op.drop_index(op.f("ix_alert_recipient_cleared_at"), table_name="alert")
    op.create_index(
        "ix_alert_lately_closed",
        "alert",
        ["recipient", "cleared_at"],
        postgresql_where=sa.text("cleared_at IS NOT NULL AND handled IS NULL AND sent_levels <> '{}'"),
    )
