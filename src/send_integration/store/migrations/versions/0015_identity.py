"""The ids under which children were once known, so that an address in a mail still leads to the child; and an index of the
likely joins, which every batch asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add both; of ids that ended before there is no trace."""
    op.create_table(
        "former_child_id",
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("person_record_id", sa.BigInteger(), nullable=False, comment="the record whose event gave the id"),
        sa.ForeignKeyConstraint(
            ["person_record_id"],
            ["person_record.id"],
            name=op.f("fk_former_child_id_person_record_id_person_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_former_child_id")),
    )
    op.create_index(op.f("ix_former_child_id_person_record_id"), "former_child_id", ["person_record_id"])
    op.create_index(
        "ix_identity_link_likely", "identity_link", ["one"], postgresql_where=sa.text("why = 'likely'")
    )
