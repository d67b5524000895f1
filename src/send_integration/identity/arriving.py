"""Joins a record that comes last to the one child to whom alone it leads: what most arrivals are.

The answer is the one that `decide` gives for the whole component, found without deciding the others anew; where it
could be another, there is none.
"""

from collections.abc import Iterable, Mapping

from send_integration.identity.decide import EVIDENCE, Link, Review, strongest
from send_integration.identity.judge import Judgement, Verdict, holds
from send_integration.identity.model import Model
from send_integration.identity.pairs import is_named
from send_integration.identity.records import FirstSeen, PersonRecord, PersonRef


class SettledChild:
    """A child of a component in which none joined because it was likely, and which no decision of a person is about."""

    def __init__(self, records: Iterable[tuple[PersonRecord, FirstSeen]]) -> None:
        """`records` with the events that first asserted them; at least one."""
        order = sorted((seen, record) for record, seen in records)
        self.founder = order[0][0]
        """The event that first spoke of the child."""
        self._last = max(_place(record, seen) for seen, record in order)
        self._latest = {record.ref: record for _, record in order}
        self._sources = {ref.source for ref in self._latest}
        self._numbers = {record.nhs_number for _, record in order} - {""}

    def join_last(
        self, record: PersonRecord, seen: FirstSeen, edges: Mapping[PersonRecord, Judgement], model: Model
    ) -> Link | None:
        """Join a record, explained; None where the whole component must be decided.

        `edges` are all that lead from the record to others, and they lead to this child alone.
        """
        found = strongest(Review(min(record, other), max(record, other), edge) for other, edge in edges.items())
        if found is None or found.judgement.verdict is not Verdict.LINK:
            return None
        if _place(record, seen) < self._last or seen < self.founder or record.source in self._sources:
            return None
        if record.nhs_number and self._numbers and record.nhs_number not in self._numbers:
            return None
        if not any(self._is_latest(other) and holds(edge, model) for other, edge in edges.items()):
            return None
        self._last = _place(record, seen)
        self._latest[record.ref] = record
        self._sources.add(record.source)
        self._numbers |= {record.nhs_number} - {""}
        return Link(found.one, found.other, EVIDENCE, found.judgement)

    def _is_latest(self, record: PersonRecord) -> bool:
        return self._latest[PersonRef(record.source, record.local_id)] == record


def _place(record: PersonRecord, seen: FirstSeen) -> tuple[bool, FirstSeen, PersonRecord]:
    """The order in which records are placed: those without a given name last."""
    return not is_named(record), seen, record
