"""`send-integration worker`: one stream worker in this process."""

import asyncio
import logging
import sys

import typer
import uvloop

from send_integration.broker.topics import create_missing_topics
from send_integration.errors import NotReady
from send_integration.settings import Settings, settings
from send_integration.store.engine import open_database
from send_integration.store.schema import migrate
from streams.run import run_worker


def worker() -> None:
    """Run a stream worker until Ctrl-C or a request to terminate; start more to share the load."""
    now = settings()
    require_services(now)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    for chatty in ("aiokafka", "kafka", "faust", "mode", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    engine = open_database(now.database.get_secret_value())
    migrate(engine)
    made = create_missing_topics(now.kafka, partitions=now.partitions, replication=now.replication)
    typer.echo(f"Worker on {now.kafka} and {engine.url.database}; {len(made)} topics created.", err=True)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    run_worker(now, engine)


def require_services(now: Settings) -> None:
    """Refuse to start where broker or database is not named: the embedded ones belong to `demo`."""
    for name, given in (("SEND_KAFKA", now.kafka), ("SEND_DATABASE", now.database.get_secret_value())):
        if not given:
            raise NotReady(f"{name} is not set", next_step="Set it, or run `send-integration demo`.")
