"""`send-integration flags`: what asks somebody to act; acknowledging and dismissing a flag, and its history."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from send_integration import clock
from send_integration.alerts.schedule import in_rehearsal
from send_integration.cli.looking import By, Looker, ShowRestricted, WhyLook, looker
from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.rules.flags import ACKNOWLEDGED, DISMISSED
from send_integration.settings import Settings
from send_integration.steps import handling
from send_integration.store.flags import history_of, is_dismissed, open_flags_by_urgency, stored_flag
from send_integration.store.shown import VIEW_FLAG
from send_integration.web.policy import Action
from send_integration.when.london import london_minute

app = typer.Typer(
    add_completion=False, help="Open flags, most urgent first; acknowledge or dismiss one, read its history."
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OneFlag = Annotated[str, typer.Argument(help="A flag's id, as `flags` prints it.")]


@app.callback(invoke_without_command=True)
def flags(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """Open flags, most urgent first; those that were dismissed come last, with the reason."""
    if context.invoked_subcommand is not None:
        return
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    who.was_shown(Action.LIST_CHILDREN, "open flags")
    found = open_flags_by_urgency(engine, restricted=restricted, limit=limit)
    who.saw(Action.LIST_CHILDREN, dict.fromkeys(flag.content["child_id"] for flag in found if flag.restricted))
    contents = [flag.content for flag in found]
    if as_json:
        typer.echo(json.dumps(contents, ensure_ascii=False, indent=1))
        return
    dismissed = [flag for flag in contents if is_dismissed(flag)]
    _print(flag for flag in contents if not is_dismissed(flag))
    if dismissed:
        typer.echo("Dismissed:")
        _print(dismissed)


@app.command()
def acknowledge(flag: OneFlag, *, restricted: ShowRestricted = False, why: WhyLook = "", by: By) -> None:
    """Say that you have seen a flag and act on it."""
    settings, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    _require_known(who, flag)
    _said(handling.handle(engine, flag, who.session, ACKNOWLEDGED, "", _moment(settings)))


@app.command()
def dismiss(
    flag: OneFlag,
    *,
    why: Annotated[str, typer.Option(help="Why nobody need act on it; kept for good, no names or numbers of a child.")],
    restricted: ShowRestricted = False,
    by: By,
) -> None:
    """Say why a flag needs no action; it asks again by itself when it is more serious or comes anew."""
    settings, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    _require_known(who, flag)
    _said(handling.handle(engine, flag, who.session, DISMISSED, why, _moment(settings)))


@app.command()
def history(
    flag: OneFlag, *, as_json: AsJson = False, restricted: ShowRestricted = False, why: WhyLook = "", by: By
) -> None:
    """Everything that ever became of a flag; nothing is ever taken out of it."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    _require_known(who, flag)
    with engine.connect() as connection:
        known = stored_flag(connection, flag)
        child_id = known.content["child_id"] if known else None
        who.was_shown(VIEW_FLAG, f"the history of flag {flag}", child_id)
        changes = history_of(connection, flag)
    if as_json:
        typer.echo(json.dumps([change._asdict() for change in changes], default=str, ensure_ascii=False, indent=1))
        return
    for change in changes:
        told = change.content
        due = f", due {told['due_on']}" if told["due_on"] else ""
        typer.echo(
            f"{london_minute(change.at)}  {change.change}: {told['level']}, {told['status']}{due};"
            f" rule {told['rule']} version {told['version']}{_by_whom(change.change, told)}"
        )
        if change.because:
            typer.echo(f"  {change.because}")


def _print(flags: Iterable[Mapping[str, Any]]) -> None:
    for flag in flags:
        due = f", due {flag['due_on']}" if flag["due_on"] else ""
        typer.echo(
            f"{flag['level']:<5}  {flag['flag_id']}  {flag['child_id']}  {flag['rule']} {flag['status']}{due}: {flag['reason']}"
        )
        if handled := flag["handled"]:
            why = f": {handled['why']}" if handled["why"] else ""
            typer.echo(f"       {handled['what']} by {handled['by']} on {handled['on']}{why}")


def _by_whom(change: str, told: Mapping[str, Any]) -> str:
    handled = told.get("handled")
    if handled is None or change != handled["what"]:
        return ""
    return f"; by {handled['by']} on {handled['on']}" + (f", because: {handled['why']}" if handled["why"] else "")


def _require_known(who: Looker, flag_id: str) -> None:
    """Raises BadInput where there is no such flag, or it is a restricted child's and such are not shown; writes that down."""
    with who.engine.connect() as connection:
        flag = stored_flag(connection, flag_id)
    if flag is not None and flag.restricted:
        if who.restricted:
            who.saw(Action.LIST_CHILDREN, [flag.content["child_id"]])
            return
        who.refused(Action.LIST_CHILDREN, [flag.content["child_id"]])
        flag = None
    if flag is None:
        raise BadInput("There is no such flag", where="the flag", next_step="See `send-integration flags`.")


def _moment(settings: Settings) -> datetime:
    """Now, on the day that counts as today: where another is rehearsed, all happens on that day."""
    return in_rehearsal(clock.now(), settings.today())


def _said(event_id: str) -> None:
    typer.echo(f"It is said: event {event_id}. The flag shows it in a moment.")
