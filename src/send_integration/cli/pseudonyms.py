"""`send-integration pseudonyms`: the keys by which each consumer has names of its own for children."""

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from send_integration.settings import settings
from send_integration.store.pseudonym_keys import known_keys, make_key
from send_integration.when.london import london_day, london_time

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Keys of the consumers of topics: each has names of its own for children. No key is ever printed.",
)


@app.command("new")
def new(
    consumer: Annotated[
        str, typer.Argument(help="Who is given pseudonyms: a small letter, then small letters, digits and hyphens.")
    ],
) -> None:
    """Make a consumer's key, in the folder that SEND_PSEUDONYM_KEYS names. One that is there is never written over.

    Three are read by the software itself: snapshot, for send.child-snapshot, warehouse, for the warehouse's tables, and
    erasure, by which what was erased is known when it comes again.

    Keep a copy where keys are kept: without it, what is published later cannot be joined with what was published before.
    """
    path = make_key(settings().pseudonym_folder, consumer)
    typer.echo(f"Made {path}, readable by you alone.")


@app.command("list")
def list_keys(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Which consumers have a key, since when, and which keys are refused and why."""
    folder = settings().pseudonym_folder
    found = known_keys(folder)
    if as_json:
        typer.echo(json.dumps([one._asdict() for one in found], default=datetime.isoformat, indent=1))
        return
    if not found:
        typer.echo(f"No consumer has a key in {folder}.")
        return
    table = Table("consumer", "made", "stands")
    for one in found:
        made = f"{london_day(one.made_at)} {london_time(one.made_at)}"
        table.add_row(one.consumer, made, escape(f"refused: {one.refused}") if one.refused else "good")
    Console().print(table)
