"""`send-integration quarantine`: what was not let in, and why."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from send_integration.cli.looking import By, ShowRestricted, WhyLook, looker
from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.store.quarantine import groups, one_item

SHOW_BYTES = "show-quarantined"
"""What the audit calls a look at the bytes of an item."""

app = typer.Typer(add_completion=False, no_args_is_help=True, help="See what was not let in, and why.")


@app.command("list")
def list_groups(
    *,
    feed: Annotated[str | None, typer.Option(help="One feed only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Open items by feed and reason, the most first."""
    _, engine = services()
    found = groups(engine, feed)
    if as_json:
        typer.echo(json.dumps([asdict(group) for group in found], default=str, indent=1))
        return
    table = Table("feed", "items", "reason", "field", "what it means", "first seen")
    for group in found:
        seen = f"{group.first_seen:%Y-%m-%d %H:%M}"
        table.add_row(group.feed, f"{group.items:,}", group.code, group.field, group.message, seen)
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
    """One item: its reasons, where it came from, and with --raw the bytes as they were; who sees those is written down."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    found = one_item(engine, item)
    if found is None:
        raise BadInput("There is no such item", where=f"quarantine {item}", next_step="See `quarantine list`.")
    typer.echo(f"{found.feed}, {found.status}, since {found.quarantined_at:%Y-%m-%d %H:%M}, from {found.position}")
    typer.echo(f"origin: {json.dumps(found.origin)}")
    for reason in found.reasons:
        typer.echo(f"{reason['code']} {reason['field']}: {reason['message']}")
    if not raw:
        return
    if may_be_restricted(found.raw) and not restricted:
        who.refused(SHOW_BYTES, [None])
        raise BadInput(
            "The bytes may speak of a restricted child", where=f"quarantine {item}", next_step="See --restricted."
        )
    who.saw(SHOW_BYTES, [None], about=f"item {item}")
    typer.echo(found.raw, nl=True)


def may_be_restricted(raw: bytes) -> bool:
    """Whether bytes that were not let in speak of a restricted child, or could: they need not be what they should be."""
    try:
        person = json.loads(raw)["data"]["person"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return b"restricted" in raw
    return not isinstance(person, dict) or person.get("restricted") is not None
