"""`send-integration worker`: one stream worker in this process."""

import asyncio
import logging
import sys

import typer
import uvloop

from send_integration.broker.topics import create_missing_topics
from send_integration.cli.services import services
from send_integration.store.schema import migrate
from streams.run import run_worker


def worker() -> None:
    """Run a stream worker until Ctrl-C or a request to terminate; start more to share the load."""
    now, engine = services()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    for chatty in ("aiokafka", "kafka", "faust", "mode", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    migrate(engine)
    made = create_missing_topics(now.kafka, partitions=now.partitions, replication=now.replication)
    typer.echo(f"Worker on {now.kafka} and {engine.url.database}; {len(made)} topics created.", err=True)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    run_worker(now, engine)
