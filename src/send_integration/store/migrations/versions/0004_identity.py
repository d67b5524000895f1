"""People by all that is said of them: names and addresses of records, keys to find them by, why they are joined."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Rebuild the tables of person records, which held identifiers alone."""
    if op.get_bind().execute(sa.text("SELECT EXISTS (SELECT 1 FROM person_record)")).scalar_one():
        raise RuntimeError(
            "This database was filled before the first release, without people's names: start with an empty one and"
            " ingest the files again."
        )
    op.drop_table("person_record_key")
    op.drop_constraint("uq_person_record_source_local_id_nhs_number_upn_date_of_birth", "person_record")
    op.add_column("person_record", sa.Column("digest", sa.LargeBinary(), nullable=False))
    for name in ("given_name", "family_name", "postcode", "address", "gender"):
        op.add_column("person_record", sa.Column(name, sa.Text(), nullable=False))
    op.add_column("person_record", sa.Column("restricted", sa.Boolean(), nullable=False))
    op.create_unique_constraint(op.f("uq_person_record_digest"), "person_record", ["digest"])
    op.create_table(
        "person_record_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("person_record_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "person_record_id", name=op.f("pk_person_record_key")),
    )
    for table in ("identity_link", "identity_review"):
        op.create_table(
            table,
            sa.Column("one", sa.BigInteger(), nullable=False),
            sa.Column("other", sa.BigInteger(), nullable=False),
            sa.Column("why", sa.Text(), nullable=False),
            sa.Column("weight", sa.Double(), nullable=True),
            sa.Column(
                "parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="[[field, level, weight]]"
            ),
            sa.Column("model", sa.Text(), nullable=False),
            sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
            sa.ForeignKeyConstraint(["one"], ["person_record.id"], name=op.f(f"fk_{table}_one"), ondelete="CASCADE"),
            sa.ForeignKeyConstraint(["other"], ["person_record.id"], name=op.f(f"fk_{table}_other"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("one", "other", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_other"), table, ["other"])
    op.create_table(
        "identity_statement",
        sa.Column("one_source", sa.Text(), nullable=False),
        sa.Column("one_local_id", sa.Text(), nullable=False),
        sa.Column("other_source", sa.Text(), nullable=False),
        sa.Column("other_local_id", sa.Text(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "one_source", "one_local_id", "other_source", "other_local_id", name=op.f("pk_identity_statement")
        ),
    )
    op.create_index(
        op.f("ix_identity_statement_other_source_other_local_id"),
        "identity_statement",
        ["other_source", "other_local_id"],
    )
    op.create_table(
        "identity_model",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False, comment="there is one row"),
        sa.Column("version", sa.Text(), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_identity_model_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_identity_model")),
    )
