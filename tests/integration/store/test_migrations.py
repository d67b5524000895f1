"""Migrations make the tables that the code means, and bring what an older database holds along."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

import send_integration.store.migrations
from send_integration.store.schema import migrate
from send_integration.store.tables import METADATA


def test_migrations_end_with_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), METADATA)

    assert found == []


def test_records_of_an_older_database_are_found_by_their_home(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("DROP SCHEMA IF EXISTS warehouse CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        to_before(connection, "0007")
        for number, (postcode, address) in enumerate(
            [("LU1 1AA", "1 High Street"), ("LU11AA", "1, HIGH STREET"), ("", "1 High Street")]
        ):
            connection.execute(
                text(
                    "INSERT INTO person_record (component, digest, source, local_id, given_name, family_name, date_of_birth,"
                    " nhs_number, upn, postcode, address, gender, restricted, first_recorded_at, first_source,"
                    " first_event_id, child_id, decision) VALUES (1, cast(:number AS text)::bytea, 's', :number, 'A', 'B',"
                    " '2014-05-06', '', '', :postcode, :address, '', false, now(), 's', 'e', 'c', 1)"
                ),
                {"number": str(number), "postcode": postcode, "address": address},
            )

    migrate(engine)

    with engine.connect() as connection:
        kept = connection.execute(text("SELECT array_agg(person_record_id) FROM person_record_key GROUP BY key"))
        assert [sorted(row[0]) for row in kept] == [[1, 2]]


def to_before(connection: Connection, revision: str) -> None:
    """Bring an empty database to the state before a migration."""
    config = Config()
    config.set_main_option("script_location", str(Path(send_integration.store.migrations.__file__).parent))
    config.attributes["connection"] = connection
    before = ScriptDirectory.from_config(config).get_revision(revision).down_revision
    assert isinstance(before, str)
    command.upgrade(config, before)
