"""Indexes by which pages find what they show however much there is: notices, pairs of records, held and restricted ones,
and a source's own numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Five indexes; what they name is read as it stands."""
    op.create_index(op.f("ix_person_record_local_id_source"), "person_record", ["local_id", "source"])
    op.create_index(
        "ix_notice_latest",
        "notice",
        ["recipient", sa.text("opened_at DESC"), "notice_id"],
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("ix_identity_review_weight", "identity_review", [sa.text("weight DESC"), "one", "other"])
    op.create_index(
        "ix_person_record_held_between",
        "person_record",
        ["held_between"],
        postgresql_using="gin",
        postgresql_where=sa.text("held_between IS NOT NULL"),
    )
    op.create_index(
        "ix_person_record_restricted_child",
        "person_record",
        ["child_id"],
        postgresql_where=sa.text("restricted"),
    )
