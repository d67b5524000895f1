"""`send-integration timeline` and `flags`: what is known of children, for people at a terminal."""

import json
from typing import Annotated

import typer

from send_integration.cli.services import By, services
from send_integration.errors import BadInput
from send_integration.store.children import find_child, one_child
from send_integration.store.flags import open_flags_by_urgency
from send_integration.store.sessions import Session, record
from send_integration.web.policy import Role


def timeline(
    child: Annotated[str, typer.Argument(help="A child id, nhs:…, upn:… or local:….")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the contract's JSON.")] = False,
    by: By,
) -> None:
    """One child's timeline, milestones and risks, as they stand; that you looked is recorded."""
    _, engine = services()
    child_id = find_child(engine, child)
    if child_id is not None:
        record(engine, Session(by, Role.DATA_STEWARD, ""), "timeline", child_id, allowed=True, why="command line")
    found = one_child(engine, child_id) if child_id else None
    if found is None:
        raise BadInput("No one child has that reference", next_step="Give a whole reference; parts find nobody.")
    if as_json:
        typer.echo(json.dumps(found.answer, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{found.child_id}, as evaluated on {found.evaluated_on}")
    for entry in found.answer["timeline"]:
        typer.echo(f"  {entry['on']}  {entry['sector']:<9}  {entry['title']}")
    for milestone in found.answer["milestones"]:
        late = f", {milestone['days_late']} days late" if milestone["days_late"] else ""
        typer.echo(f"  {milestone['milestone']}: {milestone['status']}, due {milestone['due_on']}{late}")
    for risk in found.answer["risks"]:
        typer.echo(f"  {risk['risk']}: {risk['level']}. {risk['reason']}")


def flags(
    *,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Open flags, most urgent first."""
    _, engine = services()
    found = open_flags_by_urgency(engine, limit)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for flag in found:
        due = f", due {flag['due_on']}" if flag["due_on"] else ""
        typer.echo(f"{flag['level']:<5}  {flag['child_id']}  {flag['rule']} {flag['status']}{due}: {flag['reason']}")
