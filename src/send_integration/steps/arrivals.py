"""Looks up whom a batch's new person records could be, and joins those that plainly belong to one child."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from send_integration.identity.arriving import SettledComponent
from send_integration.identity.blocking import plainly_meet
from send_integration.identity.decide import Link
from send_integration.identity.edges import sharing_among
from send_integration.identity.features import Features
from send_integration.identity.groups import Groups
from send_integration.identity.judge import Judgement, Verdict, judge
from send_integration.identity.model import Model
from send_integration.identity.pairs import between, held_down_by_source, keys_of, local_id_key, share_a_key
from send_integration.identity.questions import Questions, Review, review_of
from send_integration.identity.records import FirstSeen, PersonRecord, PersonRef, features_of
from send_integration.store.identity import REVIEWS, pairs_among, statements_about
from send_integration.store.people import Component, sharing_keys, whole_components


@dataclass(frozen=True, slots=True)
class Joined:
    """A new record that was decided alone, whom it joined or founded, and why it joined.

    `component` is None where all records are new; they take the number of the first.
    """

    record: PersonRecord
    first: PersonRecord
    component: int | None
    founder: FirstSeen
    link: Link | None


@dataclass(slots=True)
class Arrivals:
    """`joined` are decided; `undecided` must be, together with the records of `components`; `kept` are all to which any leads.

    `questions` are of the components which the joined came to: what is asked about their children now, and is no more.
    """

    joined: list[Joined] = field(default_factory=list)
    questions: list[Questions] = field(default_factory=list)
    undecided: list[PersonRecord] = field(default_factory=list)
    components: set[int] = field(default_factory=set)
    kept: Mapping[int, Component] = field(default_factory=dict)


@dataclass(slots=True)
class _Met:
    """Whom new records could be, each by its place, and which of them can only be decided with their whole component.

    `on_components` and `on_each_other` say with which components and new records each hangs together.
    """

    edges: dict[int, dict[PersonRecord, Judgement]] = field(default_factory=lambda: defaultdict(dict))
    of_one_id: dict[int, list[PersonRecord]] = field(default_factory=lambda: defaultdict(list))
    on_components: set[tuple[int, int]] = field(default_factory=set)
    on_each_other: set[tuple[int, int]] = field(default_factory=set)
    bound: set[int] = field(default_factory=set)
    kept: Mapping[int, Component] = field(default_factory=dict)
    asked: Mapping[int, list[Review]] = field(default_factory=dict)


def sort_arrivals(connection: Connection, fresh: Mapping[PersonRecord, FirstSeen], model: Model) -> Arrivals:
    """Place each new record that comes last and means one child or none; one query finds the candidates of all."""
    order = sorted(fresh, key=lambda record: (fresh[record], record))
    met = _meet(connection, order, model)
    found = Arrivals(kept=met.kept)
    for places, components in _groups(len(order), met):
        records = [order[place] for place in places]
        settled = len(components) < 2 and not any(met.kept[number].doubtful for number in components)
        if not (
            settled
            and met.bound.isdisjoint(places)
            and _join_in_order(places, min(components, default=None), order, fresh, met, model, found)
        ):
            found.undecided += records
            found.components |= components
    return found


def _meet(connection: Connection, order: Sequence[PersonRecord], model: Model) -> _Met:
    """Judge each new record with every known and every new one that shares a key or is named in a person's decision."""
    told: dict[tuple[str, str], set[PersonRef]] = defaultdict(set)
    for said in statements_about(connection, {record.ref for record in order}):
        told[said.one].add(said.other)
        told[said.other].add(said.one)
    keys = [keys_of(record) for record in order]
    asked = [of.asked for of in keys]
    if told:
        asked = [(*of, *map(local_id_key, told.get(r[:2], ()))) for of, r in zip(asked, order, strict=True)]
    sharing = sharing_keys(connection, [(place, key) for place, of_one in enumerate(asked) for key in of_one])
    found = whole_components(connection, {number for _, number in sharing})
    known = {number: [_Seen.of(of.record) for of in component.records] for number, component in found.items()}
    new = [_Seen.of(record) for record in order]
    met = _Met()
    for place, number in sharing:
        for other in known[number]:
            if _look(met, place, new[place], other, told, model):
                met.on_components.add((place, number))
    met.kept = {number: found[number] for _, number in met.on_components}
    met.asked = _asked(connection, met.kept, model)
    for later, earlier in sharing_among([of.held for of in keys], asked):
        if _look(met, later, new[later], new[earlier], told, model):
            met.on_each_other.add((later, earlier))
    return met


def _asked(connection: Connection, kept: Mapping[int, Component], model: Model) -> dict[int, list[Review]]:
    """What waits for a person in some components, in one query; judged anew, for a kept review is rounded."""
    many = [of for of in kept.values() if len({known.decision for known in of.records}) > 1]
    by_id = {known.id: known for of in many for known in of.records}
    found: dict[int, list[Review]] = defaultdict(list)
    for one, other in pairs_among(connection, REVIEWS, by_id):
        first, second = by_id[one].record, by_id[other].record
        found[by_id[one].component].append(review_of(first, second, between(first, second, model)))
    return found


class _Seen(NamedTuple):
    """A record with its values as they are compared, which are not looked up for every pair."""

    record: PersonRecord
    features: Features

    @classmethod
    def of(cls, record: PersonRecord) -> "_Seen":
        return cls(record, features_of(record))


def _look(
    met: _Met, place: int, mine: _Seen, other: _Seen, told: Mapping[tuple[str, str], set[PersonRef]], model: Model
) -> bool:
    """Note what two records are to each other, and say whether they hang together; one local id and a person's word bind,
    whatever they say. Whoever else of a component shares no key is not compared, however alike the two are."""
    ref, their_ref = mine.record[:2], other.record[:2]
    if ref == their_ref:
        met.of_one_id[place].append(other.record)
        return True
    if told and their_ref in told.get(ref, ()):
        met.bound.add(place)
        return True
    found = held_down_by_source(judge(mine.features, other.features, model), mine.record, other.record)
    if found.verdict is Verdict.APART:
        return False
    if not (plainly_meet(mine.features, other.features) or share_a_key(mine.record, other.record, model)):
        return False
    met.edges[place][other.record] = found
    return True


def _groups(number: int, met: _Met) -> Iterator[tuple[list[int], set[int]]]:
    """The places of new records that hang together, in their order, each group with the known components on which it
    hangs."""
    groups = Groups(range(number))
    first_on: dict[int, int] = {}
    for place, component in met.on_components:
        groups.join(place, first_on.setdefault(component, place))
    for later, earlier in met.on_each_other:
        groups.join(later, earlier)
    hang_on: dict[int, set[int]] = defaultdict(set)
    for place, component in met.on_components:
        hang_on[place].add(component)
    for places in groups.all():
        yield places, {component for place in places for component in hang_on.get(place, ())}


def _join_in_order(
    places: Sequence[int],
    number: int | None,
    order: Sequence[PersonRecord],
    fresh: Mapping[PersonRecord, FirstSeen],
    met: _Met,
    model: Model,
    found: Arrivals,
) -> bool:
    """Join a group's records one after the other to the component on which they hang, if any, and whose children nobody
    doubts; whether that could be, and the whole need not be decided."""
    known = [] if number is None else met.kept[number].records
    asked = [] if number is None else met.asked.get(number, [])
    component = SettledComponent(((kept.record, kept.first_seen, kept.decision) for kept in known), asked, model)
    joined: list[Joined] = []
    for place in places:
        record = order[place]
        placed = component.place_last(record, fresh[record], met.edges.get(place, {}), met.of_one_id.get(place, ()))
        if placed is None:
            return False
        joined.append(Joined(record, order[places[0]], number, placed.founder, placed.link))
    found.joined += joined
    found.questions.append(component.questions)
    return True
