"""`send-integration identity train` and `redecide`: another identity model, and deciding every record by it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from send_integration import clock
from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.identity.compare import LEVELS
from send_integration.identity.model import Model, model_as_json
from send_integration.identity.records import features_of
from send_integration.steps.catalogue import load_model
from send_integration.steps.redeciding import redecide_everything
from send_integration.store.people import sample_of_records

MOST_RECORDS = 200_000
"""More teach no more: a level is learnt from pairs, and of those there are enough."""


def train(
    file: Annotated[Path, typer.Argument(help="The new model's file; it must not exist yet.")],
    *,
    version: Annotated[str, typer.Option(help="The model's name, kept with every link; empty: today's.")] = "",
    lists_everyone: Annotated[
        list[str] | None,
        typer.Option(help="A source that names every child of the area, such as a population register; repeatable."),
    ] = None,
) -> None:
    """Learn the identity model's weights from the records in the database, with Splink and without labels."""
    if file.exists():
        raise BadInput("There is such a file already", where=str(file), next_step="Models are kept; name another file.")
    now, engine = services()
    start = load_model(now.identity_model)
    with engine.connect() as connection:
        people = [features_of(record) for record in sample_of_records(connection, MOST_RECORDS)]
    from send_integration.training.splink_training import train as learn  # noqa: PLC0415 - Splink takes seconds to load

    sources = start.lists_everyone if lists_everyone is None else frozenset(lists_everyone)
    model = learn(people, start, version or f"authority-{clock.today()}", lists_everyone=sources)
    file.write_bytes(model_as_json(model))
    console = Console()
    console.print(_weights(start, model))
    typer.echo(f"Learnt from {len(people):,} records; {file} is model {model.version}. Keep it under version control.")
    typer.echo(f"What it would change: SEND_IDENTITY_MODEL={file} send-integration identity redecide --dry-run")


def redecide(
    *, dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False
) -> None:
    """Decide every record anew by the model in SEND_IDENTITY_MODEL; people's decisions stand. Workers that use
    another stop by themselves."""
    now, engine = services()
    done = redecide_everything(engine, load_model(now.identity_model), keep=not dry_run)
    change, wait = ("would change", "would wait") if dry_run else ("changed", "wait")
    typer.echo(
        f"{done.records:,} records decided by model {done.model}; {done.moved:,} {change} their child,"
        f" and {done.reviews:,} pairs {wait} for a person."
    )


def _weights(start: Model, trained: Model) -> Table:
    """Every level's weight against strangers and against one household, before and now."""
    table = Table("field", "how it agrees", "against strangers", "before", "in one household", "before")
    for field, levels in LEVELS.items():
        for level in levels:
            before, now = start.against[field][level], trained.against[field][level]
            told = (f"{value:+.1f}" for value in (now[0], before[0], now[1], before[1]))
            table.add_row(field.replace("_", " "), level, *told)
    return table
