"""Answers to a corpus: our own decision, and exact matching; each a partition of the records, and what it asks people."""

import time
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from benchmarks.identity.corpus import Corpus, in_order, latest
from send_integration.identity.decide import Decided, Held, decide
from send_integration.identity.features import folded
from send_integration.identity.groups import Groups
from send_integration.identity.model import Model
from send_integration.identity.records import PersonRef

Pair = frozenset[PersonRef]


class Answer(NamedTuple):
    """Who is one person by this answer: groups of local ids; the pairs put to a person; the ids that wait for one."""

    groups: list[list[PersonRef]]
    asked: set[Pair]
    held: int
    seconds: float


def our_answer(corpus: Corpus, model: Model) -> tuple[Answer, Decided]:
    """What the stream would decide."""
    seen = in_order(corpus)
    began = time.perf_counter()
    decided = decide(seen, (), model)
    seconds = time.perf_counter() - began
    groups: dict[object, dict[PersonRef, None]] = defaultdict(dict)
    held: set[PersonRef] = set()
    for record, decision in decided.decisions.items():
        waits = isinstance(decision, Held)
        groups[record.ref if waits else decision][record.ref] = None
        if waits:
            held.add(record.ref)
    asked = {frozenset((review.one.ref, review.other.ref)) for review in decided.reviews}
    return Answer([list(refs) for refs in groups.values()], asked, len(held), seconds), decided


def exact_answer(corpus: Corpus) -> Answer:
    """One number, or one given name, family name and birth date, to the letter but for capitals and accents."""
    began = time.perf_counter()
    records = latest(corpus)
    by_fact: dict[object, list[PersonRef]] = defaultdict(list)
    for record in records:
        for number in filter(None, (record.nhs_number, record.upn)):
            by_fact[number].append(record.ref)
        if record.given_name and record.family_name:
            name = folded(record.given_name), folded(record.family_name)
            by_fact[name, record.date_of_birth].append(record.ref)
    groups = joined((record.ref for record in records), by_fact.values())
    return Answer(groups, set(), 0, time.perf_counter() - began)


def joined(refs: Iterable[PersonRef], together: Iterable[Iterable[PersonRef]]) -> list[list[PersonRef]]:
    """Groups of local ids, those that are given together in one group."""
    groups = Groups(refs)
    for several in together:
        first, *others = several
        for other in others:
            groups.join(first, other)
    return groups.all()
