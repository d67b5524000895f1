"""What may be told of a child under a pseudonym, and messages of no value, by which it is taken away."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"

TOLD = "what of it may be told under a pseudonym; null of restricted children"
TAKEN_AWAY = "null takes away what a compacted topic holds under the key"


def upgrade() -> None:
    """No child has it yet: `send-integration rules reevaluate --everybody` fills it in."""
    op.add_column("child", sa.Column("snapshot", postgresql.JSONB(), comment=TOLD))
    op.alter_column("outbox", "value", nullable=True, comment=TAKEN_AWAY)
