"""The numbers of a component's records stand in its index, for most of them were met already and are not read again."""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Create the wider index in place of the narrower."""
    op.create_index(op.f("ix_person_record_component_id"), "person_record", ["component", "id"], unique=False)
    op.drop_index(op.f("ix_person_record_component"), table_name="person_record")
