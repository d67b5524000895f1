"""`send-integration export`: what analysts take."""

import json
from typing import Annotated

import typer

from send_integration.cli.export_sen2 import export_sen2
from send_integration.cli.looking import By, looker
from send_integration.cli.services import services
from send_integration.store.shown import EXPORT
from send_integration.warehouse.dfe import headline_counts

app = typer.Typer(add_completion=False, no_args_is_help=True, help="What analysts take.")
app.command("sen2")(export_sen2)


@app.callback()
def export() -> None:
    """Keep `warehouse` a command of its own, for more will stand beside it."""


@app.command()
def warehouse(
    *,
    year: Annotated[int, typer.Option(min=2000, max=2100, help="The calendar year.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    by: By,
) -> None:
    """Print the Department's headline counts for a year: requests, and plans issued in 20 weeks. For use inside.

    That you took them is recorded, and covers every child: where an entry that they counted falls, you are told.
    """
    _, engine = services()
    who = looker(engine, by, restricted=False, why="")
    who.saw(EXPORT, [None], about=f"headline counts of {year}")
    found = headline_counts(engine, year)
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    for table, counts in found.items():
        typer.echo(table)
        for name, count in counts.items():
            typer.echo(f"  {name:<36} {count:>7,}")
