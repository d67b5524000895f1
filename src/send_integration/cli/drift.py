"""`send-integration drift`: what sources send that contract and mappings do not know."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from send_integration.cli.feed_option import OneFeed
from send_integration.cli.services import services
from send_integration.steps.drift import proposals_of


def drift(
    *,
    feed: OneFeed = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """New fields, types and codes, and columns that no mapping names, with what to change; no value that was sent."""
    _, engine = services()
    found = proposals_of(engine, feed)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], default=str, indent=1))
        return
    if not found:
        typer.echo("No source sends what contract and mappings do not know.")
    for one in found:
        typer.echo(f"{one.feed}, {one.source}: {one.what} {one.name} at {one.where}")
        seen = f"{one.first_seen:%Y-%m-%d} to {one.last_seen:%Y-%m-%d}"
        typer.echo(f"  {one.events:,} times, {seen}; {', '.join(one.shapes) or 'no shape'}")
        typer.echo(f"  To do: {one.change}.")
