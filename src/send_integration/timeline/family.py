"""A child's family and home as edges to other children and to carers, each seen from the child's own end."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from send_integration.timeline.homes import Stay
from send_integration.timeline.relations import Relation

WORDS = {
    "sibling": "Brother or sister",
    "half-sibling": "Half-brother or half-sister",
    "step-sibling": "Step-brother or step-sister",
    "carer": "Carer",
    "cared-for": "Cares for",
    "same-carer": "Has the same carer",
    "household": "Of the same household",
    "shared-home": "Said to live at the same address",
}
"""Each kind of edge in the words of the page, in the order in which they are listed."""

FROM_THE_OTHER_END = {"carer": "cared-for"}
"""What a kind is called from the other person's end; the others are the same from both."""


class KeptRelation(NamedTuple):
    """A relation of `child_id`; `other_child` is the child whom the other's reference leads to, None where it is none."""

    child_id: str
    relation: Relation
    other_child: str | None


class Edge(NamedTuple):
    """What somebody is to a child; ends that are not known are None.

    `child_id` is the other child, None where it is somebody known by `reference`, a source and its local id, alone. It
    is the child's own where a source tells two people apart who are one child by what is decided of identity.
    """

    kind: str
    child_id: str | None
    reference: tuple[str, str] | None
    since_on: date | None
    until_on: date | None
    said_by: tuple[str, ...]


class Family(NamedTuple):
    """A child's edges, and the kinds of which there are too many to list: a hostel's address, a placeholder."""

    edges: tuple[Edge, ...]
    crowded: tuple[str, ...]

    def children(self) -> set[str]:
        """The other children to whom an edge leads."""
        return {edge.child_id for edge in self.edges if edge.child_id}

    def references(self) -> set[tuple[str, str]]:
        """The references by which alone somebody is known."""
        return {edge.reference for edge in self.edges if edge.reference}

    def without(self, children: Collection[str], references: Collection[tuple[str, str]]) -> "Family":
        """The family for somebody who may not know of some children, nor of some references."""
        hidden = (edge.child_id in children or edge.reference in references for edge in self.edges)
        return self._replace(edges=tuple(edge for edge, hide in zip(self.edges, hidden, strict=True) if not hide))


def edges_of(child_id: str, kept: Iterable[KeptRelation], shared: Iterable[tuple[Stay, Stay]]) -> tuple[Edge, ...]:
    """A child's edges from all relations that touch the child, and the stays that others share; what goes on first.

    `kept` holds the child's own relations, those of others whose other is the child, and those of others to the same
    carers.
    """
    relations = list(kept)
    own = [found for found in relations if found.child_id == child_id]
    others = [found for found in relations if found.child_id != child_id]
    said_by: dict[Edge, set[str]] = {}
    for edge in (*_own(own), *_from_others(child_id, others), *_same_carer(own, others), *_same_home(shared)):
        said_by.setdefault(edge._replace(said_by=()), set()).update(edge.said_by)
    edges = [edge._replace(said_by=tuple(sorted(sources))) for edge, sources in said_by.items()]
    return tuple(sorted(edges, key=_order))


def _own(own: Iterable[KeptRelation]) -> Iterator[Edge]:
    for _, said, other_child in own:
        reference = None if other_child else _reference(said)
        yield Edge(said.kind, other_child, reference, said.since_on, said.until_on, (said.source,))


def _from_others(child_id: str, others: Iterable[KeptRelation]) -> Iterator[Edge]:
    for whose, said, other_child in others:
        if other_child == child_id:
            kind = FROM_THE_OTHER_END.get(said.kind, said.kind)
            yield Edge(kind, whose, None, said.since_on, said.until_on, (said.source,))


def _same_carer(own: Iterable[KeptRelation], others: Iterable[KeptRelation]) -> Iterator[Edge]:
    """Children who are cared for by the same person, as far as known at the same time."""
    carers = [found.relation for found in own if found.relation.kind == "carer"]
    for whose, said, _ in others:
        for carer in carers:
            if said.kind == "carer" and _reference(said) == _reference(carer):
                since_on, until_on = _both((carer.since_on, carer.until_on), (said.since_on, said.until_on))
                if since_on is None or until_on is None or since_on <= until_on:
                    yield Edge("same-carer", whose, None, since_on, until_on, (carer.source, said.source))


def _same_home(shared: Iterable[tuple[Stay, Stay]]) -> Iterator[Edge]:
    for own, other in shared:
        since_on, until_on = _both((own.from_on, own.until_on), (other.from_on, other.until_on))
        yield Edge("shared-home", other.child_id, None, since_on, until_on, tuple(own.sources | other.sources))


def _reference(said: Relation) -> tuple[str, str]:
    return said.other_source, said.other_local_id


def _both(
    one: tuple[date | None, date | None], other: tuple[date | None, date | None]
) -> tuple[date | None, date | None]:
    """From when until when both are so."""
    begins = [day for day in (one[0], other[0]) if day is not None]
    ends = [day for day in (one[1], other[1]) if day is not None]
    return max(begins, default=None), min(ends, default=None)


def _order(edge: Edge) -> tuple[object, ...]:
    begun, ended = edge.since_on or date.min, edge.until_on or date.max
    place = list(WORDS).index(edge.kind)
    return edge.until_on is not None, place, begun, ended, edge.child_id or "", edge.reference or ()
