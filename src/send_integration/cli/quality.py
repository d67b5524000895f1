"""`send-integration quality`: what the expectations remarked on, and what an inspection would ask about."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer

from send_integration import clock
from send_integration.cli.feed_option import OneFeed
from send_integration.cli.looking import By, looker
from send_integration.cli.services import services
from send_integration.store.inspection import list_checks
from send_integration.store.remarks import remark_counts
from send_integration.web.policy import Action

app = typer.Typer(add_completion=False, no_args_is_help=True, help="How good the feeds are.")


@app.command("remarks")
def remarks(
    *,
    feed: OneFeed = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What warning rules found in events that were let in, by agency and rule, the most first."""
    _, engine = services()
    # By the clock also where another day is rehearsed: remarks are counted by the day on which the gate saw the event.
    found = remark_counts(engine, feed, clock.today())
    if as_json:
        typer.echo(json.dumps([asdict(count) for count in found], default=str, indent=1))
        return
    for count in found:
        typer.echo(f"{count.events:,} events: {count.rule}")
        typer.echo(f"  {count.source}, feed {count.feed}")
        typer.echo(f"  {count.today:,} today; first {count.first_on}, last {count.last_on}")
    if not found:
        typer.echo("No warning rule found anything.")


@app.command("lists")
def lists(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    by: By,
) -> None:
    """Whom an inspection's lists would ask about by checks over several events; restricted children are left out."""
    settings, engine = services()
    who = looker(engine, by, restricted=False, why="")
    who.was_shown(Action.LIST_CHILDREN, "whom an inspection would ask about")
    found = list_checks(engine, settings.today().isoformat())
    if as_json:
        typer.echo(json.dumps([one._asdict() for one in found], indent=1))
        return
    for one in found:
        typer.echo(f"{one.check}  {one.child_id}")
    if not found:
        typer.echo("None of the checks finds a child.")
    for check, count in sorted(Counter(one.check for one in found).items()):
        typer.echo(f"{count:,} children: {check}")
