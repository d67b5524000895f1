"""`send-integration timeline` and `flags`: what is known of children, for people at a terminal."""

import json
from typing import Annotated

import typer

from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.store.children import find_child, one_child
from send_integration.store.families import family_of
from send_integration.store.flags import open_flags_by_urgency
from send_integration.timeline.family import WORDS, Family


def timeline(
    child: Annotated[str, typer.Argument(help="A child id, nhs:…, upn:… or local:….")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the contract's JSON.")] = False,
) -> None:
    """One child's timeline, milestones and risks, family and home, as they stand."""
    _, engine = services()
    child_id = find_child(engine, child)
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
    _print_family(family_of(engine, found.child_id))


def _print_family(family: Family) -> None:
    """Each edge in a line: what, who, from when until when, who says so."""
    for edge in family.edges:
        other = f"known to {edge.reference[0]} as {edge.reference[1]}" if edge.reference else edge.child_id
        since = f", since {edge.since_on}" if edge.since_on else ""
        until = f", until {edge.until_on}" if edge.until_on else ""
        typer.echo(f"  {WORDS[edge.kind]}: {other}{since}{until}, says {' and '.join(edge.said_by)}")
    for kind in family.crowded:
        typer.echo(f"  {WORDS[kind]}: too many children to list.")


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
