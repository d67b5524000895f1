"""A real PostgreSQL for the whole run, and an empty migrated database for each test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from uuid import uuid4

import psutil
import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from send_integration.embedded.database import embedded_database
from send_integration.store.engine import open_database
from send_integration.store.schema import migrate

IN_MEMORY = Path("/dev/shm")
ROOM = 8 << 30
"""Bytes that must be free, for the databases of a few test processes at once."""


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server with a migrated database named 'ready'; SEND_TEST_DATABASE names another server.

    Its folder is not pytest's: that keeps three runs' folders, and another run would remove this one's in mid-test. It lies
    in memory where there is room: making the 400 files of a database takes half a second on some disks.
    """
    given = os.environ.get("SEND_TEST_DATABASE")
    if given:
        yield _with_ready(given)
        return
    with (
        TemporaryDirectory(prefix="send-test-", dir=_quickest_folder()) as folder,
        embedded_database(Path(folder) / "postgres") as address,
    ):
        _without_waiting_for_disks(address)
        yield _with_ready(address)


def _without_waiting_for_disks(address: str) -> None:
    """What a killed process leaves is kept by the system; only a machine that goes down would lose it, and ends the run too."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def _quickest_folder() -> str | None:
    room = IN_MEMORY.exists() and min(disk_usage(IN_MEMORY).free, psutil.virtual_memory().available) > ROOM
    return str(IN_MEMORY) if room else None


def _with_ready(address: str) -> str:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS ready"))
        connection.execute(text("CREATE DATABASE ready"))
    engine.dispose()
    ready = open_database(_named(address, "ready"))
    migrate(ready)
    ready.dispose()
    return address


def _named(address: str, name: str) -> str:
    return make_url(address).set(database=name).render_as_string(hide_password=False)


@contextmanager
def a_database(server: str, template: str) -> Iterator[str]:
    """The address of a database that lasts as long as the block."""
    name = f"test_{uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield _named(server, name)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """The address of a database of this test's own."""
    with a_database(server, "ready") as address:
        yield address


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """The same database, opened."""
    opened = open_database(database)
    yield opened
    opened.dispose()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a broker or a database."""
    for item in items:
        if "tests/integration" in str(item.path):
            item.add_marker(pytest.mark.integration)
