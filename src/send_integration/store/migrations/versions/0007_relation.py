"""Who is whose brother, sister or carer; and a key for each record's home, so that a shared one is found."""

import sqlalchemy as sa
from alembic import op
from send_integration.identity.features import features, home_of
from send_integration.store.people import home_key

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table, and find the home of every record that is kept."""
    op.create_table(
        "relation",
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="who says so"),
        sa.Column("event_id", sa.Text(), nullable=False, comment="the last event that says so"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("other_source", sa.Text(), nullable=False),
        sa.Column("other_local_id", sa.Text(), nullable=False),
        sa.Column(
            "other_key", sa.BigInteger(), nullable=False, comment="of person_record_key, for the reference's records"
        ),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("child_id", "source", "event_id", name=op.f("pk_relation")),
    )
    op.create_index(op.f("ix_relation_other_source_other_local_id"), "relation", ["other_source", "other_local_id"])
    connection = op.get_bind()
    found = connection.execute(
        sa.text("SELECT id, postcode, address FROM person_record WHERE postcode <> '' AND address <> ''")
    )
    for rows in found.partitions(10_000):
        homes = {
            record_id: home_of(features(given_name="", family_name="", born="", postcode=postcode, address=address))
            for record_id, postcode, address in rows
        }
        keys = {record_id: home_key(home) for record_id, home in homes.items() if home}
        connection.execute(
            sa.text(
                "INSERT INTO person_record_key (key, person_record_id)"
                " SELECT * FROM unnest(cast(:keys AS bigint[]), cast(:ids AS bigint[]))"
            ),
            {"keys": list(keys.values()), "ids": list(keys)},
        )
