"""Which records come into question for each other, and which hang together: no decision reaches from one to another part."""

from collections.abc import Iterable, Mapping
from itertools import combinations

from send_integration.identity.groups import Groups
from send_integration.identity.judge import Judgement, Verdict
from send_integration.identity.model import Model
from send_integration.identity.pairs import between, keys_of
from send_integration.identity.records import PersonRecord, PersonRef
from send_integration.identity.statements import Statement

Edges = Mapping[PersonRecord, Mapping[PersonRecord, Judgement]]
"""For each record the others that it could be, with the judgement; those held to be apart are left out."""


def edges_among(records: Iterable[PersonRecord], model: Model) -> Edges:
    """Judge every two records that share a key and are not one source's under one local id."""
    by_key: dict[str, list[PersonRecord]] = {}
    families = model.household_prior is not None
    for record in records:
        for key in keys_of(record, families=families):
            by_key.setdefault(key, []).append(record)
    pairs = {pair for sharing in by_key.values() if len(sharing) > 1 for pair in combinations(sharing, 2)}
    edges: dict[PersonRecord, dict[PersonRecord, Judgement]] = {}
    for one, other in pairs:
        if one.ref != other.ref:
            found = between(one, other, model)
            if found.verdict is not Verdict.APART:
                edges.setdefault(one, {})[other] = edges.setdefault(other, {})[one] = found
    return edges


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
