"""Children whom a fault of ours kept from being judged."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Create table unjudged."""
    op.create_table(
        "unjudged",
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False, comment="its kind and place, never its text"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("tried_on", sa.Date(), nullable=False),
        sa.Column(
            "judged_by", sa.Text(), nullable=False, comment="the fingerprint of the rules that failed"
        ),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_unjudged")),
    )
