"""Places a record that comes last and means one child, or nobody who is known: what most arrivals are.

The answer is the one that `decide` gives for the whole component, found without deciding the others anew; where it
could be another, there is none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from send_integration.contracts.event import ChildId
from send_integration.identity.decide import EVIDENCE, ONE_LOCAL_ID, Decision, Held, Link
from send_integration.identity.judge import Judgement, Verdict, holds
from send_integration.identity.model import Model
from send_integration.identity.pairs import another_person_under_one_id, are_compared, between, is_named
from send_integration.identity.questions import Questions, Review
from send_integration.identity.records import FirstSeen, PersonRecord, PersonRef, child_id_of


class Arrival(NamedTuple):
    """A record that comes last to a component, with the event that first asserted it.

    `edges` are all that lead from it elsewhere; its links and its local id lead to one child. `others` are the records of
    the component that are not this child's, where any of them could be decided otherwise for it.
    """

    record: PersonRecord
    seen: FirstSeen
    edges: Mapping[PersonRecord, Judgement]
    others: Collection[PersonRecord]


class Placed(NamedTuple):
    """The event that first spoke of a record's child, and why the record joined; None where it founded the child."""

    founder: FirstSeen
    link: Link | None


class SettledComponent:
    """A component in which none joined because it was likely, and which no decision of a person is about."""

    def __init__(
        self, kept: Iterable[tuple[PersonRecord, FirstSeen, Decision]], asked: Iterable[Review], model: Model
    ) -> None:
        """`kept` are its records with the events that first asserted them, as decided; `asked` is what is open."""
        self._model = model
        self._decisions: dict[PersonRecord, Decision] = {}
        self._members: dict[ChildId, list[tuple[PersonRecord, FirstSeen]]] = {}
        for record, seen, decision in kept:
            self._decisions[record] = decision
            if not isinstance(decision, Held):
                self._members.setdefault(decision, []).append((record, seen))
        self._children: dict[ChildId, SettledChild] = {}
        self._nearly_joined: set[ChildId] = set()
        self.questions = Questions(self._by_children(asked))

    def place_last(
        self,
        record: PersonRecord,
        seen: FirstSeen,
        edges: Mapping[PersonRecord, Judgement],
        same: Collection[PersonRecord],
    ) -> Placed | None:
        """Join a record to the one child that it means, or found one; None where the whole component must be decided.

        `same` are the records of its local id. Who is only alike joins nobody, but may have to be asked about.
        """
        links = [other for other, edge in edges.items() if edge.verdict is Verdict.LINK]
        meant = {self._decisions[other] for other in (*links, *same)}
        led_to = meant | {self._decisions[other] for other in edges}
        if len(meant) > 1 or any(isinstance(decision, Held) for decision in led_to):
            return None
        child_id = next((decision for decision in meant if not isinstance(decision, Held)), None)
        if not same and child_id in self._nearly_joined:
            return None  # what was not enough for another child to be this one may be now
        others = self._whom_it_could_change(record, child_id)
        if others and led_to - meant:
            return None
        arrival = Arrival(record, seen, edges, others)
        placed = Placed(seen, None) if child_id is None else self._join(child_id, arrival)
        return placed if placed is not None and self._note(arrival, child_id_of(placed.founder)) else None

    def _whom_it_could_change(self, record: PersonRecord, child_id: ChildId | None) -> list[PersonRecord]:
        """The records not of this child, where one more record of it could change what they are: a list names every child,
        one of them is held, or led to the child by what was nearly enough to join, or a source never gave somebody's given
        name, who then could be whoever has the number. Otherwise who is whom is settled, and only what is asked can change."""
        others = [other for other, decision in self._decisions.items() if decision != child_id]
        if not others:
            return []
        named = {one.ref for one in (record, *self._decisions) if is_named(one)}
        settled = (
            not self._model.lists_everyone
            and child_id not in self._nearly_joined
            and not any(isinstance(self._decisions[other], Held) for other in others)
            and named.issuperset(one.ref for one in (record, *others))
        )
        return [] if settled else others

    def _join(self, child_id: ChildId, arrival: Arrival) -> Placed | None:
        child = self._children.get(child_id) or SettledChild(self._members[child_id])
        link = child.join_last(arrival, self._model)
        self._children[child_id] = child
        return None if link is None else Placed(child.founder, link)

    def _note(self, arrival: Arrival, child_id: ChildId) -> bool:
        """Take a record to its child; False where it cannot be told what is to be asked about the child now."""
        mine = self._members.setdefault(child_id, [])
        for other, theirs in self._members.items():
            if other != child_id and not self.questions.join(
                arrival.record, (child_id, _records(mine)), (other, _records(theirs)), arrival.edges
            ):
                return False
        mine.append((arrival.record, arrival.seen))
        self._decisions[arrival.record] = child_id
        return True

    def _by_children(self, asked: Iterable[Review]) -> Iterator[tuple[ChildId, ChildId, Review]]:
        """What is asked about two children; notes to whom an edge leads that would join, and was not enough."""
        joins = Verdict.LIKELY if self._model.lists_everyone else Verdict.LINK
        for review in asked:
            one, other = self._decisions[review.one], self._decisions[review.other]
            if review.judgement.verdict >= joins:
                self._nearly_joined |= _not_held_between(one, other) | _not_held_between(other, one)
            if not isinstance(one, Held) and not isinstance(other, Held):
                yield one, other, review


class SettledChild:
    """A child of such a component."""

    def __init__(self, records: Iterable[tuple[PersonRecord, FirstSeen]]) -> None:
        """`records` with the events that first asserted them; at least one."""
        order = sorted((seen, record) for record, seen in records)
        self.founder = order[0][0]
        """The event that first spoke of the child."""
        self._last_said = order[-1]
        self._records = [record for _, record in order]
        self._latest: dict[PersonRef, PersonRecord] = {}
        self._named: set[PersonRef] = set()
        self._sources: set[str] = set()
        self._numbers: set[str] = set()
        for record in self._records:
            self._note(record, record.ref)

    def join_last(self, arrival: Arrival, model: Model) -> Link | None:
        """Join a record, explained; None where the whole component must be decided."""
        record, seen = arrival.record, arrival.seen
        ref = record.ref
        if seen < self.founder or (seen, record) < self._last_said:
            return None
        if ref in self._latest:
            link = self._more_of(arrival, model)
        elif _tells_of_others(record.source, arrival.others, model):
            link = None
        else:
            link = self._another(arrival, model)
        if link is not None:
            self._records.append(record)
            self._last_said = (seen, record)
            self._note(record, ref)
        return link

    def _note(self, record: PersonRecord, ref: PersonRef) -> None:
        """Note what the last record of the child says."""
        self._latest[ref] = record
        self._sources.add(record.source)
        if is_named(record):
            self._named.add(ref)
        if record.nhs_number:
            self._numbers.add(record.nhs_number)

    def _another(self, arrival: Arrival, model: Model) -> Link | None:
        """Why a source that did not know the child yet means it."""
        record, edges, others = arrival.record, arrival.edges, arrival.others
        links = {other for other, edge in edges.items() if edge.verdict is Verdict.LINK}
        if not links or record.source in self._sources:
            return None
        if is_named(record) and not self._all_named():
            return None  # who has no given name comes after it
        if record.nhs_number and record.nhs_number not in self._numbers and (self._numbers or others):
            return None  # a number that the child had not would count against who is held, or was placed since
        if not any(self._latest.get(other.ref) == other and holds(edge, model) for other, edge in edges.items()):
            return None
        first = next(other for other in self._records if other in links)
        return Link(min(record, first), max(record, first), EVIDENCE, edges[first])

    def _more_of(self, arrival: Arrival, model: Model) -> Link | None:
        """Why a source says more of the same person, where nobody who joined, or did not, would do otherwise now."""
        record, others = arrival.record, arrival.others
        earlier = [kept for kept in self._records if kept[:2] == record[:2]]
        first = _first_of_one_person([*earlier, record])
        if first is None or not self._all_named():
            return None
        if record.nhs_number and self._numbers != {record.nhs_number} and (self._numbers or others):
            return None  # a number that the child had not would count against those placed since
        apart = (other for other in (*self._records, *others) if other[:2] != record[:2])
        if all(self._changes_nothing(arrival, earlier, other, model) for other in apart):
            return Link(min(record, first), max(record, first), ONE_LOCAL_ID)
        return None

    def _changes_nothing(
        self, arrival: Arrival, earlier: Sequence[PersonRecord], other: PersonRecord, model: Model
    ) -> bool:
        """Whether what held a source's word and another record together still does, no more does than before, and an edge
        as strong led there already."""
        then = between(earlier[-1], other, model)
        edge = arrival.edges.get(other)
        now = edge or between(arrival.record, other, model)
        if holds(now, model) != holds(then, model) or now.verdict >= Verdict.LIKELY > then.verdict:
            return False
        if edge is None or (then.verdict >= edge.verdict and are_compared(earlier[-1], other, model)):
            return True
        return self._leads_there_already(earlier, other, edge, model)

    def _leads_there_already(
        self, earlier: Sequence[PersonRecord], other: PersonRecord, edge: Judgement, model: Model
    ) -> bool:
        """Whether an edge as strong led there before: to the same record or, for all records of a local id are joined at
        once, to another of its own by the same source."""
        if _is_led_to(earlier, other, edge, model):
            return True
        theirs = [kept for kept in self._records if kept.ref == other.ref]
        one_person = other in theirs and _first_of_one_person(theirs) is not None
        return one_person and any(_is_led_to(earlier, their, edge, model) for their in theirs)

    def _all_named(self) -> bool:
        """Whether each source gives a given name, or once did."""
        return len(self._named) == len(self._latest)


def _records(members: Iterable[tuple[PersonRecord, FirstSeen]]) -> list[PersonRecord]:
    return [record for record, _ in members]


def _not_held_between(child: Decision, other: Decision) -> set[ChildId]:
    """A child, unless the other is held and waits for it."""
    waits_for = other.between if isinstance(other, Held) else ()
    return set() if isinstance(child, Held) or child in waits_for else {child}


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


def _is_led_to(earlier: Iterable[PersonRecord], other: PersonRecord, edge: Judgement, model: Model) -> bool:
    return any(
        between(one, other, model).verdict >= edge.verdict and are_compared(one, other, model) for one in earlier
    )
