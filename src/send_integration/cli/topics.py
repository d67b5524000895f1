"""`send-integration topics`: creates the topics that are missing, says all children's state anew, opens what is protected."""

import typer

from send_integration.broker.compacted import keys_with_a_value
from send_integration.broker.topics import create_missing_topics
from send_integration.cli.decrypting import decrypt
from send_integration.cli.services import required_settings, services
from send_integration.contracts.pseudonyms import SNAPSHOT
from send_integration.contracts.topics import CHILD_SNAPSHOT
from send_integration.steps.snapshots_anew import say_all_anew
from send_integration.store.pseudonym_keys import read_pseudonyms

app = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
    help="Create the topics that are missing; harmless where none is.",
)


@app.callback()
def topics(context: typer.Context) -> None:
    """Create the topics that are missing; harmless where none is."""
    if context.invoked_subcommand is None:
        now = required_settings()
        made = create_missing_topics(now.kafka, partitions=now.partitions, replication=now.replication)
        typer.echo(f"{len(made)} topics created." if made else "Every topic is there.")


app.command()(decrypt)


@app.command()
def snapshot() -> None:
    """Say the state of every child anew on send.child-snapshot, and take away what stands there under other keys.

    For a topic that is new, a key of pseudonyms that is new, or after workers ran without one. A worker publishes it.
    Restart every worker first: they read the key when they start, and say under the former one what changes until then.
    """
    now, engine = services()
    pseudonyms = read_pseudonyms(now.pseudonym_folder, SNAPSHOT)
    said = say_all_anew(engine, pseudonyms, lambda: keys_with_a_value(now.kafka, CHILD_SNAPSHOT.name))
    typer.echo(f"{said.children} children said anew, {said.taken_away} keys taken away; a worker publishes them.")
