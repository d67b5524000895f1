"""`send-integration quarantine`: what was not let in, why, what to do next; replaying, discarding, telling the sender."""

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from send_integration import clock
from send_integration.cli import quarantine_acts
from send_integration.cli.looking import By, Looker, ShowRestricted, WhyLook, looker
from send_integration.cli.services import services
from send_integration.contracts.marks import Mark, pieces_of
from send_integration.errors import BadInput
from send_integration.steps.fixes import advice
from send_integration.steps.showing_items import marks_in
from send_integration.store.quarantine import QuarantineGroup, QuarantineItem, groups, history_of, one_item
from send_integration.when.london import london_day

SHOW_BYTES = "show-quarantined"
"""What the audit calls a look at the bytes of an item."""

BARS = "▁▂▃▄▅▆▇█"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="See what was not let in, why, and what to do next; replay it, discard it, tell its sender.",
)
app.command()(quarantine_acts.replay)
app.command()(quarantine_acts.discard)
app.command()(quarantine_acts.export)


@app.command("list")
def list_groups(
    *,
    feed: Annotated[str | None, typer.Option(help="One feed only.")] = None,
    source: Annotated[str | None, typer.Option(help="One agency's only, by its source as in the events.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Open items by agency and reason, the most first: how many came on each of 14 days, and what to do next."""
    _, engine = services()
    found = groups(engine, london_day(clock.now()), feed, source)
    if as_json:
        typer.echo(json.dumps([_group_as_json(group) for group in found], default=str, indent=1))
        return
    table = Table("agency", "feed", "items", "reason", "field", "14 days", "first seen", "last seen", "what to do next")
    for group in found:
        turn, step, _ = advice(group.feed, group.code)
        seen = (f"{moment:%Y-%m-%d %H:%M}" for moment in (group.first_seen, group.last_seen))
        trend = f"{spark(group.days)} {sum(group.days)}"
        named = (escape(group.agency) or "not known", group.feed, f"{group.items:,}", group.code, group.field)
        table.add_row(*named, trend, *seen, f"For {turn}: {step}")
    Console().print(table)


@app.command("show")
def show_item(
    item: Annotated[int, typer.Argument(help="The item's number.")],
    *,
    raw: Annotated[bool, typer.Option(help="Also print the untouched bytes, which can name a child.")] = False,
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """One item: its reasons, where they stand in the bytes, what to do next, and what happened to it.

    With --raw the bytes as they were, to the last one; at a terminal with the faults marked. Who sees them is written down.
    """
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    found = one_item(engine, item)
    if found is None:
        raise BadInput("There is no such item", where=f"quarantine {item}", next_step="See `quarantine list`.")
    marks = marks_in(found)
    _print_item(found, marks)
    for act in history_of(engine, item):
        codes = ", ".join(dict.fromkeys(reason["code"] for reason in act.reasons))
        told = f": {act.why}" if act.why else ""
        typer.echo(f"{act.at:%Y-%m-%d %H:%M}  {act.act} by {act.by}{told} ({codes})")
    if raw:
        _print_bytes(who, found, marks)


def spark(days: tuple[int, ...]) -> str:
    """A bar for each day; a day on which nothing came is a dot."""
    most = max((*days, 1))
    return "".join(BARS[(count * (len(BARS) - 1)) // most] if count else "·" for count in days)


def _group_as_json(group: QuarantineGroup) -> dict[str, Any]:
    turn, step, why = advice(group.feed, group.code)
    return {**asdict(group), "next": {"who": turn, "step": step, "why": why}}


def _print_item(found: QuarantineItem, marks: list[Mark]) -> None:
    whose = found.agency or "nobody can tell whose"
    state = ", being replayed" if found.replay is not None else ""
    typer.echo(f"{found.feed}, {whose}, {found.status}{state}, since {found.quarantined_at:%Y-%m-%d %H:%M}")
    typer.echo(f"from {found.position}, origin: {json.dumps(found.origin)}")
    for reason in found.reasons:
        turn, step, _ = advice(found.feed, reason["code"])
        typer.echo(f"{reason['code']} {reason['field']}: {reason['message']}")
        typer.echo(f"  for {turn}: {step}")
    for mark in marks:
        where = f"byte {mark.start}" if mark.end - mark.start == 1 else f"bytes {mark.start} to {mark.end - 1}"
        typer.echo(f"{where}: {mark.what}")


def _print_bytes(who: Looker, found: QuarantineItem, marks: list[Mark]) -> None:
    if found.secret and not who.restricted:
        who.refused(SHOW_BYTES, [None])
        raise BadInput(
            "The bytes may speak of a restricted child", where=f"quarantine {found.id}", next_step="See --restricted."
        )
    who.saw(SHOW_BYTES, found.children or [None], about=f"item {found.id}")
    if not sys.stdout.isatty():
        typer.echo(found.raw, nl=True)
        return
    for piece in pieces_of(found.raw, marks):
        typer.secho(piece.text, nl=False, reverse=bool(piece.what))
    typer.echo()
