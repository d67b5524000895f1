"""`send-integration identity`: person records whose identifiers lead to two children."""

import json
from typing import Annotated

import typer

from send_integration.cli.services import services
from send_integration.store.people import held_records

app = typer.Typer(add_completion=False, no_args_is_help=True, help="See which person records are held for review.")


@app.callback()
def identity() -> None:
    """Keep `review` a command of its own, for more will stand beside it."""


@app.command()
def review(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Person records held because their identifiers lead to two children, by our own numbers."""
    _, engine = services()
    found = held_records(engine)
    if as_json:
        typer.echo(json.dumps([{"record": item[0], "source": item[1], "between": item[2]} for item in found], indent=1))
        return
    for record_id, source, between in found:
        typer.echo(f"record {record_id} of {source} leads to {' and to '.join(between)}")
    typer.echo(f"{len(found)} records wait for a person to decide.")
