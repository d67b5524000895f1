"""A child's family and home as the page shows it: other children by name only to whom the policy lets see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from send_integration.store.children import NamedChild, children_named
from send_integration.store.families import family_of
from send_integration.store.sessions import Session
from send_integration.timeline.family import WORDS, Edge
from send_integration.web.policy import Action, allowed


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
    """The section's rows, and the kinds, in words, of which there are too many to list."""

    edges: tuple[ShownEdge, ...]
    crowded: tuple[str, ...]


def shown_family(engine: Engine, session: Session, child_id: str) -> ShownFamily:
    """A child's family and home for a signed-in person who may see the child."""
    family = family_of(engine, child_id)
    named = children_named(engine, {edge.child_id for edge in family.edges if edge.child_id})
    edges = tuple(_shown(edge, child_id, named, session) for edge in family.edges)
    return ShownFamily(edges, tuple(WORDS[kind] for kind in family.crowded))


def _shown(edge: Edge, child_id: str, named: Mapping[str, NamedChild], session: Session) -> ShownEdge:
    linked, who = None, "a child whose page you may not see"
    other = named.get(edge.child_id or "")
    if edge.reference is not None:
        who = f"known to {_short(edge.reference[0])} as {edge.reference[1]}"
    elif edge.child_id == child_id:
        who = "this child: two of the records that are joined here"
    elif other is None:
        who = "a child of whom nothing else is known yet"
    elif allowed(Action.VIEW_CHILD, session.role, holds_a_role_for_child=session.actor in other.workers).allowed:
        linked, who = edge.child_id, f"{other.given_name} {other.family_name}"
    said_by = tuple(sorted({_short(source) for source in edge.said_by}))
    return ShownEdge(WORDS[edge.kind], linked, who, edge.since_on, edge.until_on, said_by)


def _short(source: str) -> str:
    """What follows the last colon of a source's name: 'register' of 'urn:send:luton:register'."""
    return source.rpartition(":")[2] or source
