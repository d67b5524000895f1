"""`send-integration ledger`: nothing is lost, all is accounted for, or the exit code says so."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from send_integration.cli.services import services
from send_integration.errors import NotBalanced
from send_integration.steps.ledger import Ledger, take_ledger


def ledger(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Prove for each feed that raw = accepted + quarantined + duplicates; exit code 1 where it does not."""
    settings, engine = services()
    found = take_ledger(engine, settings.kafka)
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=1))
    else:
        _print(found)
    if not found.balanced:
        raise NotBalanced("The ledger does not balance", next_step=_next_step(found))


def _next_step(found: Ledger) -> str:
    paused = [feed.feed for feed in found.feeds if feed.paused and feed.waiting]
    if paused:
        return f"Paused are: {', '.join(paused)}. Their events wait and none is lost; see `send-integration feed list`."
    if found.children_waiting:
        return (
            "History is loaded in part: let `send-integration backfill` finish, or start it again with the same files."
        )
    return "Where events wait, let the workers finish; else look at the feed."


def _print(found: Ledger) -> None:
    table = Table("feed", "raw", "accepted", "quarantined", "duplicates", "waiting", "balanced")
    for feed in found.feeds:
        numbers = (feed.raw, feed.accepted, feed.quarantined, feed.duplicates, feed.waiting)
        stands = "yes" if feed.balanced else "paused" if feed.paused else "no"
        table.add_row(feed.feed, *(f"{number:,}" for number in numbers), stands)
    console = Console()
    console.print(table)
    console.print(
        f"{found.child_events_waiting} child events, {found.outbox_waiting} messages and {found.children_waiting} children"
        " whose history was loaded wait."
    )
