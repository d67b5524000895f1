"""The broker and the database that the environment names, for commands that need them."""

import logging
import sys

import typer
from sqlalchemy import Engine

from send_integration.broker.topics import create_missing_topics
from send_integration.errors import NotReady
from send_integration.settings import Settings, settings
from send_integration.store.engine import open_database
from send_integration.store.schema import migrate


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


def services_of_a_worker() -> tuple[Settings, Engine]:
    """The same for a process of the stream: its log set up, the tables up to date, no topic missing."""
    now, engine = services()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    for chatty in ("aiokafka", "kafka", "faust", "mode", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    migrate(engine)
    made = create_missing_topics(now.kafka, partitions=now.partitions, replication=now.replication)
    typer.echo(f"Started on {now.kafka} and {engine.url.database}; {len(made)} topics created.", err=True)
    return now, engine
