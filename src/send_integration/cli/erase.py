"""`send-integration erase`: everything that is held of one child goes, for good."""

from collections.abc import Iterable
from typing import Annotated

import typer

from send_integration.cli.hold import required_reason
from send_integration.cli.looking import By, ShowRestricted, looker
from send_integration.cli.services import services
from send_integration.steps.erasing import ERASE_CHILD, Eraser, Erasure, Held
from send_integration.store.sessions import record
from send_integration.store.taken import Taken, taken_of
from send_integration.when.london import london_day

TRY_ERASING = "try-erasing"
"""What the audit calls asking what would go."""


def erase(
    child: Annotated[str, typer.Argument(help="A child id, nhs:…, upn:… or local:….")],
    *,
    why: Annotated[str, typer.Option(help="On what ground, for the audit; no names or numbers of a child.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and let it stand.")] = False,
    restricted: ShowRestricted = False,
    by: By,
) -> None:
    """Erase everything personal that is held of one child, in one transaction; it cannot be undone.

    Counts, the audit and marks that nobody can read stay, so that nothing that is sent again brings the child back. Held
    children are not erased. What was taken away as files is out of reach: it is listed, so that whoever has it can be told.
    """
    reason = required_reason(why)
    settings, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    child_id = who.find(child, ERASE_CHILD)
    eraser, taken = Eraser(engine, settings.pseudonym_folder), taken_of(engine, child_id)
    try:
        if dry_run:
            who.saw(TRY_ERASING, [child_id], about=f"what would be erased: {reason}")
            done = eraser.try_out(child_id)
        else:
            done = eraser.erase(child_id, who.session, ERASE_CHILD, reason)
    except Held as held:
        record(engine, who.session, ERASE_CHILD, child_id, allowed=False, why=held.what)
        raise
    typer.echo(f"{'Would be erased' if dry_run else 'Erased'} of child {child_id}:")
    say_rows(done)
    _say_taken(taken)


def say_rows(done: Erasure) -> None:
    """Say of each part how many rows of it there were."""
    for words, rows in done.rows.items():
        if rows:
            typer.echo(f"  {rows:>7,}  {words}")
    typer.echo(f"  {done.all_rows:>7,}  rows in all")
    if done.shared:
        typer.echo(
            f"Local ids under which a source keeps another child as well: {done.shared}. What comes new under them cannot"
            " be known for this child's, and is let in."
        )


def _say_taken(taken: Iterable[Taken]) -> None:
    found = list(taken)
    if not found:
        return
    typer.echo("Out of reach is what was taken away as files. By the audit these have some, and are to be told:")
    for one in found:
        of_whom = "of all children" if one.of_all else "of this child"
        typer.echo(
            f"  {one.actor}, {one.role}: {one.action} {of_whom}, {one.times:,} times, last on {london_day(one.last_at)}"
        )
