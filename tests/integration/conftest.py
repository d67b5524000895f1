"""A real PostgreSQL for the whole run, and a database for each test: migrated and empty, or as something filled it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory

import psutil
import pytest
from sqlalchemy import Engine, create_engine, text

from send_integration.embedded.database import embedded_database
from send_integration.store.engine import open_database
from send_integration.store.schema import migrate
from tests.integration.databases import READY, a_database, named
from tests.integration.filled import Fill, Filled, Fills
from tests.integration.steps.pipe import Pipe

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
        connection.execute(text(f"DROP DATABASE IF EXISTS {READY}"))
        connection.execute(text(f"CREATE DATABASE {READY}"))
    engine.dispose()
    ready = open_database(named(address, READY))
    migrate(ready)
    ready.dispose()
    return address


@pytest.fixture(scope="session")
def fills(server: str) -> Iterator[Fills]:
    """What was filled once for all tests of this process."""
    with ExitStack() as kept:
        yield Fills(server, kept)


@pytest.fixture
def fill() -> Fill | None:
    """What fills a test's database before the test; nothing does, unless a folder or a module says what."""
    return None


@pytest.fixture
def filled_once(fills: Fills, fill: Fill | None) -> Filled | None:
    """What this test's database is a copy of, where something fills it."""
    return fills.of(fill) if fill else None


@pytest.fixture
def database(server: str, filled_once: Filled | None) -> Iterator[str]:
    """The address of a database of this test's own."""
    with a_database(server, filled_once.name if filled_once else READY) as address:
        yield address


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """The same database, opened."""
    opened = open_database(database)
    yield opened
    opened.dispose()


@pytest.fixture
def pipe(engine: Engine, filled_once: Filled | None) -> Pipe:
    """The stream that brought what the same database holds, for what is still to come."""
    assert filled_once is not None, "who asks for a stream says what it has brought"
    return filled_once.pipe.over(engine)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a broker or a database."""
    for item in items:
        if "tests/integration" in str(item.path):
            item.add_marker(pytest.mark.integration)
