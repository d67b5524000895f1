"""The history of flags, to which is only ever added; by which rules each child was judged, and which are in force."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_WITH_THE_NEW_FIELDS = """
UPDATE flag SET content = jsonb_build_object(
 'basis', '', 'expected', '[]'::jsonb, 'handled', null,
 'stands_since', CASE
 WHEN content ->> 'arithmetic' ~ '^since [0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN substr(content ->> 'arithmetic', 7)
 WHEN content ->> 'status' = 'missed' AND content ->> 'due_on' IS NOT NULL THEN
 to_char(cast(content ->> 'due_on' AS date) + 1, 'YYYY-MM-DD')
 ELSE to_char(raised_at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD') END
) || content || jsonb_build_object('version', content ->> 'version')
"""

_REFUSE = """
CREATE FUNCTION refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
 RAISE EXCEPTION '% of table % is refused: it is a history, to which is only ever added', TG_OP, TG_TABLE_NAME;
END $$
"""


def upgrade() -> None:
    """Give flags what they now say; the next sweeps judge every child anew, for of none is it known by which rules.

    What a flag said in the past stays as it was written.
    """
    op.execute(_WITH_THE_NEW_FIELDS)
    op.execute(_REFUSE)
    op.execute(
        "CREATE TRIGGER flag_change_is_history BEFORE UPDATE OR DELETE OR TRUNCATE ON flag_change"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history()"
    )
    op.execute("ALTER TABLE flag_change ENABLE ALWAYS TRIGGER flag_change_is_history")
    op.add_column(
        "child",
        sa.Column(
            "judged_by",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="the fingerprint of the rules; empty: not known which",
        ),
    )
    op.create_index(op.f("ix_child_judged_by"), "child", ["judged_by"])
    op.create_table(
        "rule_book",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_book")),
    )
