"""What was erased and may not come back, what may not be erased, and of which children a record was before."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

# A history of flags is added to, and of an erased child it goes: with the audit's entry that says so in the same transaction.
# Erasing says which entry it is; that it is there, is of that act and was written by this very transaction, is asked of the audit.
_REFUSE_BUT_FOR_ERASURE = """
CREATE FUNCTION refuse_to_change_flags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
 IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM audit WHERE
  id = nullif(current_setting('send.erased_by', true), '')::bigint AND action IN ('erase-child', 'retention-erase') AND allowed
  AND xmin = pg_current_xact_id()::xid) THEN
  RETURN NULL;
 END IF;
 RAISE EXCEPTION '% of table % is refused: it is a history, to which is only ever added', TG_OP, TG_TABLE_NAME;
END $$
"""


def upgrade() -> None:
    """Records know the former ids that they gave as children of whom they were."""
    op.create_table(
        "erased",
        sa.Column(
            "mark", sa.Text(), nullable=False, comment="of its source and id, of its bytes, or of a source and a local id"
        ),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), comment="by which it came; null of a record"),
        sa.Column(
            "counted_as", sa.Text(), comment="what its message stays counted as; null where it was counted as nothing"
        ),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_erased")),
        sa.CheckConstraint("what IN ('event', 'bytes', 'record')", name=op.f("ck_erased_what")),
        sa.CheckConstraint("counted_as IN ('accepted', 'quarantined')", name=op.f("ck_erased_counted_as")),
    )
    op.create_index(
        op.f("ix_erased_counted_as_feed"),
        "erased",
        ["counted_as", "feed"],
        postgresql_where=sa.text("counted_as IS NOT NULL"),
    )
    op.create_table(
        "erasure_key",
        sa.Column(
            "one",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="there is one row, or none was ever erased",
        ),
        sa.Column("key_check", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_erasure_key")),
        sa.CheckConstraint("one", name=op.f("ck_erasure_key_one")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False, comment="the child's id when it was placed"),
        sa.Column(
            "placed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
        sa.Column("lifted_by", sa.Text()),
        sa.Column("lifted_why", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_legal_hold_lifted")),
    )
    op.create_index(
        op.f("ix_legal_hold_child_id"), "legal_hold", ["child_id"], postgresql_where=sa.text("lifted_at IS NULL")
    )
    op.create_table(
        "record_was_of",
        sa.Column("person_record_id", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_record_id"],
            ["person_record.id"],
            name=op.f("fk_record_was_of_person_record_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_record_id", "child_id", name=op.f("pk_record_was_of")),
    )
    op.create_index(op.f("ix_record_was_of_child_id"), "record_was_of", ["child_id"])
    op.execute(
        "INSERT INTO record_was_of (person_record_id, child_id) SELECT person_record_id, child_id FROM former_child_id"
    )
    op.create_table(
        "erased_row",
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False, comment="as the view's key names it"),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unstated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("view", "row_key", "stated_at", name=op.f("pk_erased_row")),
        schema="reporting_intake",
    )
    op.create_index(op.f("ix_flag_change_child_id"), "flag_change", ["child_id"])
    op.execute(_REFUSE_BUT_FOR_ERASURE)
    op.execute("DROP TRIGGER flag_change_is_history ON flag_change")
    op.execute(
        "CREATE TRIGGER flag_change_is_history BEFORE UPDATE OR DELETE OR TRUNCATE ON flag_change"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_flags()"
    )
    op.execute("ALTER TABLE flag_change ENABLE ALWAYS TRIGGER flag_change_is_history")
