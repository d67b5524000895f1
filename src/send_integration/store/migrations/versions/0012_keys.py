"""Which version of the keys records are kept under, so that the gate asks for `identity redecide` where it has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column; what was kept before was kept under the first version."""
    op.add_column(
        "identity_model",
        sa.Column(
            "keys",
            sa.Integer(),
            nullable=False,
            server_default="1",
            comment="the version of the keys under which records are kept",
        ),
    )
    op.alter_column("identity_model", "keys", server_default=None)
