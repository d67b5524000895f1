"""`send-integration notices`: who was told that what they saw has changed, and whether they read it."""

import json
from typing import Annotated, Any

import typer

from send_integration.cli.looking import By, ShowRestricted, WhyLook, looker
from send_integration.cli.services import services
from send_integration.store.notices import Notice, all_notices
from send_integration.store.shown import VIEW_NOTICE
from send_integration.when.london import london_minute


def notices(
    *,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """Who was told that what they saw has changed, the latest first; the entries themselves are for the recipient alone."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    found = all_notices(engine, limit, restricted=restricted)
    who.saw(VIEW_NOTICE, dict.fromkeys(notice.child_id for notice in found), about="listed")
    if as_json:
        typer.echo(json.dumps([_as_json(notice) for notice in found], indent=1))
        return
    for notice in found:
        read = f"read {london_minute(notice.read_at)} by {notice.read_by}" if notice.read_at else "not read"
        sent = f"sent {london_minute(notice.sent_at)}" if notice.sent_at else "not sent"
        number = len(notice.entries)
        of = f"{number:,} {'entry' if number == 1 else 'entries'} of {notice.child_id}"
        typer.echo(
            f"{notice.notice_id}  {london_minute(notice.opened_at)}  to {notice.recipient}: {of}; {sent}, {read}"
        )
        for why_left in dict.fromkeys(entry.why for entry in notice.entries):
            typer.echo(f"  {why_left}")
    if not found:
        typer.echo("Nobody had to be told of anything.")


def _as_json(notice: Notice) -> dict[str, Any]:
    """A notice without what it says of the child."""
    return {
        "notice_id": notice.notice_id,
        "recipient": notice.recipient,
        "child_id": notice.child_id,
        "opened_at": notice.opened_at.isoformat(),
        "sent_at": notice.sent_at.isoformat() if notice.sent_at else None,
        "read_at": notice.read_at.isoformat() if notice.read_at else None,
        "read_by": notice.read_by,
        "entries": [
            {
                "event_id": entry.event_id,
                "why": entry.why,
                "shown_since": entry.shown_since.isoformat(),
                "left_at": entry.left_at.isoformat(),
                "ways": list(entry.ways),
                "rules": list(entry.rules),
            }
            for entry in notice.entries
        ],
    }
