"""`send-integration retention`: whose time has come by the rules, and erasing them."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from send_integration import clock
from send_integration.cli.days_back import DAY
from send_integration.cli.looking import By, looker
from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.settings import Settings
from send_integration.steps.erasing import Eraser, Erasure
from send_integration.steps.retaining import DueChild, Kept, Retaining, due_children, load_retention
from send_integration.store.erased import marks_of

SEE_RETENTION = "see-retention"
"""What the audit calls asking whose time has come."""

app = typer.Typer(add_completion=False, no_args_is_help=True, help="How long records are kept, and what goes when.")
AsOf = Annotated[
    datetime | None, typer.Option(formats=[DAY], help="The day that counts as today; in the future it only shows.")
]
Most = Annotated[int, typer.Option(min=1, max=1_000_000, help="Children at most.")]


@app.command("list")
def list_due(
    *,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    by: By,
) -> None:
    """Whose time has come: child id, rule, since when, and what the rule rests on. No names; held children are marked."""
    settings, engine = services()
    day = as_of.date() if as_of else settings.today()
    looker(engine, by, restricted=False, why="").was_shown(SEE_RETENTION, f"whose time has come on {day}")
    found = list(due_children(engine, load_retention(settings.retention), day))
    if as_json:
        typer.echo(json.dumps([_as_json(one) for one in found], indent=1))
        return
    for one in found:
        typer.echo(f"{one.child_id}  since {one.due.due_on} by {one.due.rule.name}{': held' if one.held else ''}")
    rules = {one.due.rule.name: one.due.rule for one in found}
    for rule in rules.values():
        typer.echo(f"{rule.name}: {rule.citation} ({rule.basis})")
    typer.echo(f"Due on {day}: {len(found):,}, of whom held: {sum(one.held for one in found):,}.")


@app.command("run")
def run(
    *,
    as_of: AsOf = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say who and what would go, and let it stand.")] = False,
    most: Most = 1000,
    by: By,
) -> None:
    """Erase the children whose time has come and on whom no hold stands, one transaction each, then what is too old of tables.

    Killed half way it goes on when it is started again. Run it each night or each month; a day in the future is refused.
    """
    settings, engine = services()
    day = _no_later_than_today(as_of, settings, dry_run=dry_run)
    rules = load_retention(settings.retention)
    who = looker(engine, by, restricted=False, why="")
    eraser = Eraser(engine, settings.pseudonym_folder)
    retaining = Retaining(eraser, rules, day)
    if dry_run:
        who.was_shown(SEE_RETENTION, f"what would go on {day}")
        _say_what_would_go(due_children(engine, rules, day), retaining, most)
        return
    marks_of(settings.pseudonym_folder)  # before anything goes, so that a missing key is told at once
    _say(retaining.erase_due(who.session, most))
    for rule, rows in retaining.clear_tables(who.session):
        if rows:
            typer.echo(f"{rule.name}: {rows:,} rows older than {rule.days:,} days erased.")


def _no_later_than_today(as_of: datetime | None, settings: Settings, *, dry_run: bool) -> date:
    """The day to erase by. Raises BadInput for one that has not come, also in a rehearsal: what is erased is gone for good."""
    day = as_of.date() if as_of else settings.today()
    if day > clock.today() and not dry_run:
        raise BadInput(f"{day} lies after today", where="--as-of", next_step="With --dry-run it shows who would go.")
    return day


def _say_what_would_go(found: Iterable[DueChild], retaining: Retaining, most: int) -> None:
    for one in islice(found, most):
        typer.echo(
            f"{one.child_id}  {'stays, held' if one.held else 'would go'}: {one.due.rule.name}, {one.due.due_on}"
        )
    for rule, before in retaining.too_old():
        typer.echo(f"{rule.name}: rows from before {before} would go.")


def _say(done: Iterable[Erasure | Kept]) -> None:
    erased = 0
    stay: list[Kept] = []
    for one in done:
        if isinstance(one, Erasure):
            erased += 1
            typer.echo(f"{one.child_id}  erased: {one.all_rows:,} rows")
        else:
            stay.append(one)
    typer.echo(f"Children erased: {erased:,}.")
    for kept in stay:
        typer.echo(f"{kept.child_id}  stays: {kept.because}")


def _as_json(one: DueChild) -> dict[str, Any]:
    rule = one.due.rule
    return {
        "child_id": one.child_id,
        "due_on": one.due.due_on.isoformat(),
        "rule": rule.name,
        "basis": rule.basis,
        "citation": rule.citation,
        "held": one.held,
    }
