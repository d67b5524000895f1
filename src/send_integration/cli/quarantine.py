"""`send-integration quarantine`: what was not let in, why, what to do next; replaying, discarding, telling the sender."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from send_integration import clock
from send_integration.cli import quarantine_acts
from send_integration.cli.looking import By, Looker, ShowRestricted, WhyLook, looker
from send_integration.cli.services import services
from send_integration.contracts.marks import Mark, pieces_of, readable
from send_integration.errors import BadInput
from send_integration.steps.fixes import advice
from send_integration.steps.showing_items import marks_in
from send_integration.store.quarantine import (
    TREND_DAYS,
    ListedItem,
    QuarantineGroup,
    QuarantineItem,
    groups,
    history_of,
    list_items,
    one_item,
)
from send_integration.store.stewards import Choice
from send_integration.when.london import london_day, london_minute

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
    reason: Annotated[str | None, typer.Option(help="One reason only, by its code.")] = None,
    items: Annotated[
        bool, typer.Option("--items", help="The items themselves, by their numbers, the oldest first.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Items to list at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Open items by agency and reason, the most first: how many came on each of 14 days, and what to do next."""
    quarantine_acts.require_feed(feed)
    _, engine = services()
    if items:
        _list_items(list_items(engine, Choice(feed, source, reason), limit=limit), limit, as_json=as_json)
        return
    found = [g for g in groups(engine, london_day(clock.now()), feed, source) if reason in (None, g.code)]
    if as_json:
        typer.echo(json.dumps([_group_as_json(group) for group in found], default=str, indent=1))
        return
    if not found:
        typer.echo("Nothing waits.")
    for group in found:
        _print_group(group)


@app.command("show")
def show_item(
    item: Annotated[int, typer.Argument(min=1, max=quarantine_acts.LAST_NUMBER, help="The item's number.")],
    *,
    raw: Annotated[bool, typer.Option("--raw", help="The untouched bytes, which can name a child.")] = False,
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """One item: its reasons, where they stand in the bytes, what to do next, and what happened to it.

    With --raw its bytes as well: at a terminal readable and with the faults marked, into a file or pipe they alone, as they
    came. Who sees them is written down.
    """
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    found = one_item(engine, item)
    if found is None:
        raise BadInput("There is no such item", where=f"quarantine {item}", next_step="See `quarantine list --items`.")
    if raw:
        _note_look(who, found)
    if raw and not sys.stdout.isatty():
        typer.echo(found.raw, nl=False)
        return
    marks = marks_in(found)
    _print_item(found, marks)
    for act in history_of(engine, item):
        codes = ", ".join(dict.fromkeys(reason["code"] for reason in act.reasons))
        told = f": {act.why}" if act.why else ""
        typer.echo(f"{london_minute(act.at)}  {act.act} by {act.by}{told} ({codes})")
    if raw:
        for piece in pieces_of(found.raw, marks):
            typer.secho(piece.text, nl=False, reverse=bool(piece.what))
        typer.echo()


def spark(days: tuple[int, ...]) -> str:
    """A bar for each day; a day on which nothing came is a dot."""
    most = max((*days, 1))
    return "".join(BARS[(count * (len(BARS) - 1)) // most] if count else "·" for count in days)


def _list_items(found: Sequence[ListedItem], limit: int, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([item._asdict() for item in found], default=str, indent=1))
        return
    for item in found:
        state = "  waits for identity" if item.held else "  being replayed" if item.replay is not None else ""
        place = readable(json.dumps(item.origin, ensure_ascii=False).encode()) if item.origin else item.position
        codes = ", ".join(dict.fromkeys(item.codes))
        typer.echo(f"{item.id}  {london_minute(item.quarantined_at)}  {codes}  {place}{state}")
    if not found:
        typer.echo("Nothing waits.")
    elif len(found) == limit:
        typer.echo(f"These are the first {limit:,}; for more see --limit.")


def _print_group(group: QuarantineGroup) -> None:
    """A few lines that can be read, and copied from, at any width."""
    turn, step, _ = advice(group.feed, group.code)
    since = f"since {london_minute(group.first_seen)}, last {london_minute(group.last_seen)}"
    of = f" of {group.field}" if group.field else ""
    typer.secho(f"{quarantine_acts.count_items(group.items)}: {group.code}{of}", bold=True)
    typer.echo(f"  {_whose(group.agency)}, feed {group.feed}")
    typer.echo(f"  {spark(group.days)} {sum(group.days):,} in {TREND_DAYS} days; {since}")
    typer.echo(f"  {group.message}")
    typer.echo(f"  For {turn}: {step}")


def _whose(agency: str) -> str:
    return readable(agency.encode()) or "nobody can tell whose"


def _group_as_json(group: QuarantineGroup) -> dict[str, Any]:
    turn, step, why = advice(group.feed, group.code)
    return {**asdict(group), "next": {"who": turn, "step": step, "why": why}}


def _print_item(found: QuarantineItem, marks: list[Mark]) -> None:
    state = ", being replayed" if found.replay is not None else ""
    since = london_minute(found.quarantined_at)
    typer.echo(f"{found.feed}, {_whose(found.agency)}, {found.status}{state}, since {since}")
    typer.echo(f"from {found.position}, origin: {json.dumps(found.origin)}")
    for reason in found.reasons:
        turn, step, _ = advice(found.feed, reason["code"])
        typer.echo(f"{reason['code']} {reason['field']}: {reason['message']}")
        typer.echo(f"  for {turn}: {step}")
    for mark in marks:
        where = f"byte {mark.start}" if mark.end - mark.start == 1 else f"bytes {mark.start} to {mark.end - 1}"
        typer.echo(f"{where}: {mark.what}")


def _note_look(who: Looker, found: QuarantineItem) -> None:
    """Write down that the bytes are seen. Raises BadInput where they could be a restricted child's and were not asked for."""
    if found.secret and not who.restricted:
        who.refused(SHOW_BYTES, [None])
        raise BadInput(
            "The bytes may speak of a restricted child", where=f"quarantine {found.id}", next_step="See --restricted."
        )
    who.saw(SHOW_BYTES, found.children or [None], about=f"item {found.id}")
