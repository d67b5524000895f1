"""A child's family and home as the page shows it: other children by name only to whom the policy lets see them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from send_integration.store.children import NamedChild, Standing, children_named
from send_integration.store.families import family_of, secret_references
from send_integration.store.sessions import Session
from send_integration.timeline.family import WORDS, Edge
from send_integration.web.context import agency_name, asked_of
from send_integration.web.policy import Action

RESTRICTED = Standing(restricted=True, worker_ids=frozenset())
"""Of a restricted child with whom the person does not work."""


@dataclass(frozen=True, slots=True)
class ShownEdge:
    """A row of the section; `child_id` is None, and `who` says why, where there is no page to go to."""

    kind: str
    child_id: str | None
    who: str
    since_on: date | None
    until_on: date | None
    said_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownFamily:
    """The section's rows, the kinds, in words, of which there are too many to list, and the restricted children named."""

    edges: tuple[ShownEdge, ...]
    crowded: tuple[str, ...]
    restricted: tuple[str, ...]


def shown_family(engine: Engine, session: Session, child_id: str) -> ShownFamily:
    """A child's family and home for a signed-in person who may see the child; restricted children only as the policy
    lets that person see them, else the edge is not there at all."""
    family = family_of(engine, child_id)
    named = children_named(engine, family.children())
    restricted = {other for other, child in named.items() if child.standing.restricted and other != child_id}
    seen = {other for other in named if asked_of(session, Action.VIEW_CHILD, named[other].standing).allowed}
    sees_every = asked_of(session, Action.VIEW_CHILD, RESTRICTED).allowed
    not_yet_known = set() if sees_every else family.children() - named.keys() - {child_id}  # it may be restricted
    family = family.without(
        (restricted - seen) | not_yet_known, set() if sees_every else secret_references(engine, family.references())
    )
    shown = tuple(_shown(edge, child_id, named, seen) for edge in family.edges)
    crowded = tuple(WORDS[kind] for kind in family.crowded)
    return ShownFamily(shown, crowded, tuple(sorted(restricted & family.children())))


def _shown(edge: Edge, child_id: str, named: Mapping[str, NamedChild], seen: Collection[str]) -> ShownEdge:
    linked, who = None, "a child whose page you may not see"
    other = named.get(edge.child_id or "")
    if edge.reference is not None:
        who = f"known to {agency_name(edge.reference[0])} as {edge.reference[1]}"
    elif edge.child_id == child_id:
        who = "this child: two of the records that are joined here"
    elif other is None:
        who = "a child of whom nothing else is known yet"
    elif edge.child_id in seen:
        linked, who = edge.child_id, f"{other.given_name} {other.family_name}"
    said_by = tuple(sorted({agency_name(source) for source in edge.said_by}))
    return ShownEdge(WORDS[edge.kind], linked, who, edge.since_on, edge.until_on, said_by)
