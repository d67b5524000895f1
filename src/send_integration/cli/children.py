"""`send-integration timeline`: what is known of a child, for people at a terminal."""

import json
from typing import Annotated

import typer

from send_integration.cli.looking import By, Looker, ShowRestricted, WhyLook, looker
from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.rules.silence import silence_of
from send_integration.steps.catalogue import load_rules
from send_integration.steps.feed_standing import unheard_feeds
from send_integration.store.children import one_child, standings
from send_integration.store.families import family_of, secret_references
from send_integration.store.quarantine import awaiting_checks
from send_integration.timeline.family import WORDS, Family
from send_integration.web.policy import Action
from send_integration.when.london import london_day


def timeline(
    child: Annotated[str, typer.Argument(help="A child id, nhs:…, upn:… or local:….")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the contract's JSON.")] = False,
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """One child's timeline, milestones and risks, family and home, as they stand. Who looks is written down."""
    settings, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    child_id = who.find(child, Action.VIEW_CHILD)
    who.saw(Action.VIEW_CHILD, [child_id])
    found = one_child(engine, child_id)
    if found is None:
        raise BadInput("The child's events have not reached the timeline yet", next_step="Try again in a moment.")
    silence = silence_of(found.answer, unheard_feeds(engine), load_rules(settings.rules))
    for feed in silence.feeds:
        typer.echo(feed.in_words(feed.since.isoformat()), err=as_json)
    if as_json:
        typer.echo(json.dumps(found.answer, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{found.child_id}, as evaluated on {found.evaluated_on}")
    for entry in found.answer["timeline"]:
        typer.echo(f"  {entry['on']}  {entry['sector']:<9}  {entry['title']}")
    for milestone in found.answer["milestones"]:
        late = f", {milestone['days_late']} days late" if milestone["days_late"] else ""
        waits = silence.waits_for(milestone)
        doubt = f"; may only be waiting, for a feed is paused or silent: {', '.join(waits)}" if waits else ""
        typer.echo(f"  {milestone['milestone']}: {milestone['status']}, due {milestone['due_on']}{late}{doubt}")
    for risk in found.answer["risks"]:
        typer.echo(f"  {risk['risk']}: {risk['level']}. {risk['reason']}")
    _print_family(_family_shown(who, found.child_id))
    for awaiting in awaiting_checks(engine, child_id, restricted=restricted):
        items = f"{awaiting.items} item{'' if awaiting.items == 1 else 's'}"
        typer.echo(f"  Awaiting checks: {items} from {awaiting.agency}, since {london_day(awaiting.since)}")


def _family_shown(who: Looker, child_id: str) -> Family:
    """A child's family and home; without `--restricted` no edge to a restricted child, with it every one written down."""
    family = family_of(who.engine, child_id)
    others = family.children() - {child_id}
    known = standings(who.engine, others)
    secret = {other for other in others if other not in known or known[other].restricted}
    if who.restricted:
        who.saw(Action.LIST_CHILDREN, sorted(secret), about="in another child's family")
        return family
    return family.without(secret, secret_references(who.engine, family.references()))


def _print_family(family: Family) -> None:
    """Each edge in a line: what, who, from when until when, who says so."""
    for edge in family.edges:
        other = f"known to {edge.reference[0]} as {edge.reference[1]}" if edge.reference else edge.child_id
        since = f", since {edge.since_on}" if edge.since_on else ""
        until = f", until {edge.until_on}" if edge.until_on else ""
        typer.echo(f"  {WORDS[edge.kind]}: {other}{since}{until}, says {' and '.join(edge.said_by)}")
    for kind in family.crowded:
        typer.echo(f"  {WORDS[kind]}: too many children to list.")
