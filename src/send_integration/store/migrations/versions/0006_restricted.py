"""Restricted children are told apart from others, and no report holds where they live."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    """Mark whom the records at hand restrict; the timeline keeps the mark from now on."""
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
    op.alter_column(
        "person_record", "digest", existing_type=sa.LargeBinary(), comment="of all that is asserted"
    )  # 0004 left it without
