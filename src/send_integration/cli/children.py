"""`send-integration timeline` and `flags`: what is known of children, for people at a terminal."""

import json
from typing import Annotated

import typer

from send_integration.cli.looking import By, ShowRestricted, WhyLook, looker
from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.store.children import one_child
from send_integration.store.flags import open_flags_by_urgency
from send_integration.web.policy import Action


def timeline(
    child: Annotated[str, typer.Argument(help="A child id, nhs:…, upn:… or local:….")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the contract's JSON.")] = False,
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """One child's timeline, milestones and risks, as they stand. Who looks is written down."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    child_id = who.find(child, Action.VIEW_CHILD)
    who.saw(Action.VIEW_CHILD, [child_id])
    found = one_child(engine, child_id)
    if found is None:
        raise BadInput("The child's events have not reached the timeline yet", next_step="Try again in a moment.")
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
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """Open flags, most urgent first."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    found = open_flags_by_urgency(engine, restricted=restricted, limit=limit)
    who.saw(Action.LIST_CHILDREN, dict.fromkeys(flag.content["child_id"] for flag in found if flag.restricted))
    contents = [flag.content for flag in found]
    if as_json:
        typer.echo(json.dumps(contents, ensure_ascii=False, indent=1))
        return
    for flag in contents:
        due = f", due {flag['due_on']}" if flag["due_on"] else ""
        typer.echo(f"{flag['level']:<5}  {flag['child_id']}  {flag['rule']} {flag['status']}{due}: {flag['reason']}")
