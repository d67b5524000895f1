"""Databases as older releases left them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from send_integration.store import migrations
from send_integration.store.engine import open_database
from tests.integration.databases import a_database


@pytest.fixture
def empty_database(server: str) -> Iterator[Engine]:
    """A database without any table."""
    with a_database(server, "template1") as address:
        opened = open_database(address)
        yield opened
        opened.dispose()


def up_to(connection: Connection, revision: str) -> None:
    """Bring an empty database to the state after a migration."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
