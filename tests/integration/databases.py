"""Databases on the run's server, each as long as a block and made as a copy of another."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

READY = "ready"
"""The name of the migrated database in which there is nothing."""


def named(address: str, name: str) -> str:
    """The address of another database of the same server."""
    return make_url(address).set(database=name).render_as_string(hide_password=False)


def name_of(address: str) -> str:
    """The name of the database at an address."""
    return make_url(address).database or ""


@contextmanager
def a_database(server: str, template: str) -> Iterator[str]:
    """The address of a database that lasts as long as the block."""
    name = f"test_{uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield named(server, name)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
