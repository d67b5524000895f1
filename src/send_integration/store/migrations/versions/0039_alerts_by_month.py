"""What became of alerts is counted by the month, of no child and no worker, and analysts read the months that are over."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

AS_WAS = "(SELECT coalesce(nullif(current_setting('send.as_was', true), '')::timestamptz, 'infinity'))"
"""As in 0028."""

COUNTED = {
    "routed": "routed",
    "sent_at_once": "sent-at-once",
    "sent_in_digest": "sent-digest",
    "passed_on": "escalated",
    "acknowledged": "acknowledged",
    "dismissed": "dismissed",
    "put_off": "snoozed",
    "handed_over": "handed-over",
    "moved": "moved",
    "closed": "closed",
}
"""The view's columns, and what send.alerts calls it. What is carried over to another flag is neither new nor told again."""


def upgrade() -> None:
    """Create the counts, which begin with this month, and their view."""
    op.create_table(
        "alert_count",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("rule", "kind", "level", "rung")),
        sa.Column("change", sa.Text(), nullable=False, comment="as on send.alerts; of what was sent also how"),
        sa.Column("alerts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_count")),
    )
    counts = ", ".join(
        f"coalesce(sum(alerts) FILTER (WHERE change = '{change}'), 0)::bigint AS {column}"
        for column, change in COUNTED.items()
    )
    op.execute(
        f"CREATE VIEW warehouse.fact_alert_month AS SELECT month, rule, kind, level, rung, {counts} FROM alert_count"  # noqa: S608 - ours
        f" WHERE month < (SELECT date_trunc('month', least({AS_WAS}, now()) AT TIME ZONE 'Europe/London'))"
        " GROUP BY month, rule, kind, level, rung"
    )
