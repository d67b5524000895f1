"""Whom alerts on a child were sent to is read from their index: a manager's inbox asks it of every restricted child."""

from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Make the index anew, with what is asked of it."""
    op.drop_index("ix_alert_child_id", table_name="alert")
    op.create_index("ix_alert_child_id", "alert", ["child_id"], postgresql_include=["recipient", "cleared_at"])
