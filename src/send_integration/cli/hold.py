"""`send-integration hold`: of whom nothing may be erased, for a court, an inquiry or a claim needs it."""

import json
from typing import Annotated, Any

import typer

from send_integration.cli.looking import By, ShowRestricted, looker
from send_integration.cli.services import services
from send_integration.contracts.identifiers import holds_nhs_number, holds_upn
from send_integration.errors import BadInput
from send_integration.steps.holding import LIFT_HOLD, PLACE_HOLD, SEE_HOLDS, lift, place
from send_integration.store.holds import Hold, every_hold
from send_integration.when.london import london_minute

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Legal holds: while one stands, nothing of the child is erased."
)
Child = Annotated[str, typer.Argument(help="A child id, nhs:…, upn:… or local:….")]
Why = Annotated[str, typer.Option(help="The case or inquiry, for the audit; no names or numbers of a child.")]


@app.command("place")
def place_command(child: Child, *, why: Why, restricted: ShowRestricted = False, by: By) -> None:
    """Let nothing of a child be erased, by nobody and no rule, until it is lifted.

    It holds whoever has the child's records, also once they are joined with another's or parted.
    """
    reason = required_reason(why)
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    child_id = who.find(child, PLACE_HOLD)
    place(engine, child_id, who.session, reason)
    typer.echo(f"A hold stands on child {child_id}: nothing of it is erased until it is lifted.")


@app.command("lift")
def lift_command(child: Child, *, why: Why, restricted: ShowRestricted = False, by: By) -> None:
    """Lift the holds that were placed on a child. That they stood, and why, stays."""
    reason = required_reason(why)
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    child_id = who.find(child, LIFT_HOLD)
    lifted = lift(engine, child_id, who.session, reason)
    typer.echo(f"Lifted: {lifted}. Child {child_id} may be erased again, by hand and by rule.")


@app.command("list")
def list_command(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False, by: By) -> None:
    """The holds that stand: since when, by whom and why, and whom each holds now; no names."""
    _, engine = services()
    looker(engine, by, restricted=False, why="").was_shown(SEE_HOLDS, "the legal holds")
    found = every_hold(engine)
    if as_json:
        typer.echo(json.dumps([_as_json(hold) for hold in found], indent=1))
        return
    for hold in found:
        typer.echo(f"{hold.child_id}  since {london_minute(hold.placed_at)}, {hold.placed_by}: {hold.why}")
        others = [child for child in hold.children if child != hold.child_id]
        if others:
            typer.echo(f"  holds also {', '.join(others)}: they have, or had with it, the same records")
    if not found:
        typer.echo("No hold stands.")


def _as_json(hold: Hold) -> dict[str, Any]:
    return {**hold._asdict(), "placed_at": hold.placed_at.isoformat()}


def required_reason(why: str) -> str:
    """A reason for the audit. Raises BadInput where there is none, or it holds a number of a child: it stays for ever."""
    reason = why.strip()
    if not reason:
        raise BadInput("It needs a reason, for the audit", where="--why")
    if holds_nhs_number(reason) or holds_upn(reason):
        raise BadInput(
            "The reason holds a number of a child", where="--why", next_step="Take it out: it stays for ever."
        )
    return reason
