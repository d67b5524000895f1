"""The tables as migrations leave them are the tables as the code declares them."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData

from send_integration.store import tables as store
from send_integration.warehouse import tables as warehouse


def test_migrations_leave_what_the_code_declares(engine: Engine) -> None:
    declared = MetaData()
    for metadata in (store.METADATA, warehouse.METADATA):
        for table in metadata.sorted_tables:
            table.to_metadata(declared)
    options = {"include_schemas": True, "include_name": _ours, "compare_server_default": True}

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), declared)

    assert [found for found in differences if not _is_alembics(found)] == []


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in (None, "warehouse")


def _is_alembics(found: object) -> bool:
    return isinstance(found, tuple) and found[0] == "remove_table" and found[1].name == "alembic_version"
