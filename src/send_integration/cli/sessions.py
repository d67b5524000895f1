"""`send-integration sessions`: who is signed in on the page, and ending that at once."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from send_integration import clock
from send_integration.cli.looking import By
from send_integration.errors import BadInput, NotReady
from send_integration.settings import Settings, settings
from send_integration.store.audit_entries import COMMAND_LINE
from send_integration.store.engine import open_database
from send_integration.store.sessions import Session, end_sessions, open_sessions
from send_integration.when.london import london_day, london_time

app = typer.Typer(add_completion=False, no_args_is_help=True, help="See who is signed in on the page, and end it.")


@app.command("list")
def list_sessions(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Who is signed in, since when, and when they were last there; whoever was there last first."""
    now = _settings()
    engine = open_database(now.database.get_secret_value())
    found = open_sessions(engine, clock.now(), timedelta(minutes=now.session_idle_minutes))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], default=datetime.isoformat, indent=1))
        return
    whole = Column("session", no_wrap=True)  # by which it is ended
    table = Table(
        whole, *(Column(name, overflow="fold") for name in ("person", "name", "role", "signed in", "last there"))
    )
    for one in found:
        role = f"{one.role}, {one.sector}" if one.sector else one.role
        said = (one.session_id, one.actor, one.name, role, _written(one.opened_at), _written(one.seen_at))
        table.add_row(*map(escape, said))
    Console().print(table)


@app.command("end")
def end(
    session: Annotated[str, typer.Argument(help="The session, as in `sessions list`.")] = "",
    *,
    person: Annotated[str, typer.Option(help="All sessions of this person.")] = "",
    by: By,
) -> None:
    """End one session, or all of a person's: whoever holds it is asked to sign in again. It is written down."""
    if bool(session) == bool(person):
        raise BadInput("Give a session or a person, and not both", where="sessions end")
    engine = open_database(_settings().database.get_secret_value())
    ended = end_sessions(engine, Session(by, COMMAND_LINE, ""), session_id=session, actor=person)
    if not ended:
        raise BadInput("Nobody is signed in so", where="sessions end", next_step="See `sessions list`.")
    typer.echo(f"Ended: {ended}.")


def _settings() -> Settings:
    now = settings()
    if not now.database.get_secret_value():
        raise NotReady("SEND_DATABASE is not set", next_step="Set it, or run `send-integration demo`.")
    return now


def _written(moment: datetime) -> str:
    return f"{london_day(moment)} {london_time(moment)}"
