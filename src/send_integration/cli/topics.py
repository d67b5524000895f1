"""`send-integration topics`: creates the topics that are missing."""

import typer

from send_integration.broker.topics import create_missing_topics
from send_integration.cli.services import required_settings


def topics() -> None:
    """Create the topics that are missing; harmless where none is."""
    now = required_settings()
    made = create_missing_topics(now.kafka, partitions=now.partitions, replication=now.replication)
    typer.echo(f"{len(made)} topics created." if made else "Every topic is there.")
