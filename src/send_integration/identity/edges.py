"""Which records come into question for each other, and which hang together: no decision reaches from one to another part."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from send_integration.identity.groups import Groups
from send_integration.identity.judge import Judgement, Verdict, judge
from send_integration.identity.model import Model
from send_integration.identity.pairs import held_down_by_source, keys_of
from send_integration.identity.records import PersonRecord, PersonRef, features_of
from send_integration.identity.statements import Statement

Edges = Mapping[PersonRecord, Mapping[PersonRecord, Judgement]]
"""For each record the others that it could be, with the judgement; those held to be apart are left out."""


def edges_among(records: Iterable[PersonRecord], model: Model) -> Edges:
    """Judge every two records that share a key and are not one source's under one local id."""
    every = list(records)
    families = model.household_prior is not None
    keys = [keys_of(record, families=families) for record in every]
    values = [features_of(record) for record in every]
    edges: dict[PersonRecord, dict[PersonRecord, Judgement]] = {}
    for later, earlier in sharing_among([of.held for of in keys], [of.asked for of in keys]):
        one, other = every[later], every[earlier]
        if one[:2] != other[:2]:  # their refs, without making one for every pair
            found = held_down_by_source(judge(values[later], values[earlier], model), one, other)
            if found.verdict is not Verdict.APART:
                edges.setdefault(one, {})[other] = edges.setdefault(other, {})[one] = found
    return edges


def sharing_among(held: Sequence[Collection[int]], asked: Sequence[Collection[int]]) -> set[tuple[int, int]]:
    """The places of every two records of which the later asks for a key that the earlier holds, the later first.

    That is every two of which either does: one of two records finds the other where that finds it.
    """
    holders: dict[int, list[int]] = {}
    found: set[tuple[int, int]] = set()
    for place, (its_own, wanted) in enumerate(zip(held, asked, strict=True)):
        found.update((place, other) for key in wanted for other in holders.get(key, ()))
        for key in its_own:
            holders.setdefault(key, []).append(place)
    return found


def components(
    records: Iterable[PersonRecord], edges: Edges, statements: Iterable[Statement]
) -> list[list[PersonRecord]]:
    """Records that hang together by edges, by local ids or by what people stated; no decision reaches beyond its own."""
    groups = Groups(records)
    by_ref: dict[PersonRef, PersonRecord] = {}
    for record in records:
        groups.join(record, by_ref.setdefault(record.ref, record))
        for other in edges.get(record, ()):
            groups.join(record, other)
    for said in statements:
        if said.one in by_ref and said.other in by_ref:
            groups.join(by_ref[said.one], by_ref[said.other])
    return groups.all()
