"""The broker and the database that the environment names, for commands that need them."""

from sqlalchemy import Engine

from send_integration.errors import NotReady
from send_integration.settings import Settings, settings
from send_integration.store.engine import open_database


def required_settings() -> Settings:
    """The settings. Raises NotReady where broker or database is not named: the embedded ones belong to `demo`."""
    now = settings()
    for name, given in (("SEND_KAFKA", now.kafka), ("SEND_DATABASE", now.database.get_secret_value())):
        if not given:
            raise NotReady(f"{name} is not set", next_step="Set it, or run `send-integration demo`.")
    return now


def services() -> tuple[Settings, Engine]:
    """The settings and the database, opened."""
    now = required_settings()
    return now, open_database(now.database.get_secret_value())
