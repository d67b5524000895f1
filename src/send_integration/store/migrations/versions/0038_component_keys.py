"""Components are found by the keys of their records, each once, where each record stood under all of its own; and links and
reviews name records without foreign keys, which cost the more the more records there are."""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Make the table of keys anew from the old one, whose keys stay what they are."""
    op.execute(
        "CREATE TABLE component_key AS SELECT DISTINCT k.key, r.component"
        " FROM person_record_key k JOIN person_record r ON r.id = k.person_record_id ORDER BY 1, 2"
    )
    op.drop_table("person_record_key")
    op.rename_table("component_key", "person_record_key")
    op.create_primary_key(op.f("pk_person_record_key"), "person_record_key", ["key", "component"])
    for table in ("identity_link", "identity_review"):
        for end in ("one", "other"):
            op.drop_constraint(op.f(f"fk_{table}_{end}"), table)
    op.drop_index(op.f("ix_identity_link_other"), "identity_link")  # only the foreign key looked links up so
