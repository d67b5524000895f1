"""Joins a record that comes last to the one child to whom alone it leads: what most arrivals are.

The answer is the one that `decide` gives for the whole component, found without deciding the others anew; where it
could be another, there is none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from send_integration.identity.decide import EVIDENCE, ONE_LOCAL_ID, Link
from send_integration.identity.judge import Judgement, Verdict, holds
from send_integration.identity.model import Model
from send_integration.identity.pairs import another_person_under_one_id, between, is_named, keys_of
from send_integration.identity.records import FirstSeen, PersonRecord


class Arrival(NamedTuple):
    """A record that comes last, with the event that first asserted it.

    `edges` are all that lead from it elsewhere, and they lead to one child alone; so does its local id. `others` are the
    records of the component that are not this child's.
    """

    record: PersonRecord
    seen: FirstSeen
    edges: Mapping[PersonRecord, Judgement]
    others: Collection[PersonRecord]


class SettledChild:
    """A child of a component in which none joined because it was likely, and which no decision of a person is about."""

    def __init__(self, records: Iterable[tuple[PersonRecord, FirstSeen]]) -> None:
        """`records` with the events that first asserted them; at least one."""
        order = sorted((seen, record) for record, seen in records)
        self.founder = order[0][0]
        """The event that first spoke of the child."""
        self._last_said = order[-1]
        self._records = [record for _, record in order]
        self._latest = {record.ref: record for record in self._records}
        self._named = {record.ref for record in self._records if is_named(record)}
        self._sources = {ref.source for ref in self._latest}
        self._numbers = {record.nhs_number for record in self._records} - {""}

    def join_last(self, arrival: Arrival, model: Model) -> Link | None:
        """Join a record, explained; None where the whole component must be decided."""
        record, seen, _, others = arrival
        if seen < self.founder or (seen, record) < self._last_said:
            return None
        if record.ref in self._latest:
            link = self._more_of(arrival, model)
        elif others and _tells_of_others(record.source, others, model):
            link = None
        else:
            link = self._another(arrival, model)
        if link is not None:
            self._records.append(record)
            self._last_said = (seen, record)
            self._latest[record.ref] = record
            if is_named(record):
                self._named.add(record.ref)
            self._sources.add(record.source)
            self._numbers |= {record.nhs_number} - {""}
        return link

    def _another(self, arrival: Arrival, model: Model) -> Link | None:
        """Why a source that did not know the child yet means it."""
        record, _, edges, others = arrival
        links = {other for other, edge in edges.items() if edge.verdict is Verdict.LINK}
        if not links or record.source in self._sources:
            return None
        if is_named(record) and not self._all_named():
            return None  # who has no given name comes after it
        if record.nhs_number and record.nhs_number not in self._numbers and (self._numbers or others):
            return None  # a number that the child had not would count against who is held, or was placed since
        if not any(self._latest[other.ref] == other and holds(edge, model) for other, edge in edges.items()):
            return None
        first = next(other for other in self._records if other in links)
        return Link(min(record, first), max(record, first), EVIDENCE, edges[first])

    def _more_of(self, arrival: Arrival, model: Model) -> Link | None:
        """Why a source says more of the same person, where nobody who joined, or did not, would do otherwise now."""
        record, _, edges, others = arrival
        earlier = [kept for kept in self._records if kept.ref == record.ref]
        first = _first_of_one_person([*earlier, record])
        if first is None or not self._all_named():
            return None
        if record.nhs_number and self._numbers != {record.nhs_number} and (self._numbers or others):
            return None  # a number that the child had not would count against those placed since
        apart = (other for other in (*self._records, *others) if other.ref != record.ref)
        if all(_changes_nothing(record, earlier, other, edges.get(other), model) for other in apart):
            return Link(min(record, first), max(record, first), ONE_LOCAL_ID)
        return None

    def _all_named(self) -> bool:
        """Whether each source gives a given name, or once did."""
        return len(self._named) == len(self._latest)


def _first_of_one_person(lineage: Sequence[PersonRecord]) -> PersonRecord | None:
    """The record that the last of a local id goes back to; None where the id was ever given to somebody else."""
    found = None
    for number, record in enumerate(lineage[1:], start=1):
        found = next((one for one in lineage[:number] if not another_person_under_one_id(one, record)), None)
        if found is None:
            return None
    return found


def _tells_of_others(source: str, others: Iterable[PersonRecord], model: Model) -> bool:
    """Whether a source's knowing a child can settle what is open between it and others: it keeps them under two local
    ids, or it lists everybody."""
    return source in model.lists_everyone or any(source == other.source for other in others)


def _changes_nothing(
    record: PersonRecord,
    earlier: Sequence[PersonRecord],
    other: PersonRecord,
    edge: Judgement | None,
    model: Model,
) -> bool:
    """Whether a record is no more to another than what its source said before, and what held them together still does."""
    then, now = between(earlier[-1], other, model), between(record, other, model)
    if holds(now, model) != holds(then, model) or (now.verdict >= Verdict.LIKELY > then.verdict):
        return False
    return edge is None or any(
        between(one, other, model).verdict >= edge.verdict and _are_compared(one, other, model) for one in earlier
    )


def _are_compared(one: PersonRecord, other: PersonRecord, model: Model) -> bool:
    families = model.household_prior is not None
    return not set(keys_of(one, families=families).asked).isdisjoint(keys_of(other, families=families).held)
