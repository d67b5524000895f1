"""Decides a batch's person records within a transaction, and says whose decision changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from send_integration.errors import NotReady
from send_integration.identity.decide import Decided, decide
from send_integration.identity.judge import Verdict
from send_integration.identity.model import Model
from send_integration.identity.pairs import between, keys_of
from send_integration.identity.records import FirstSeen, PersonRecord, PersonRef
from send_integration.identity.statements import Statement
from send_integration.store.identity import (
    LINKS,
    REVIEWS,
    keep_pairs,
    model_in_use,
    pair_row,
    replace_statements,
    statements_about,
    use_model,
)
from send_integration.store.people import (
    KnownRecord,
    add_records,
    asserted_before,
    change_records,
    every_record,
    first_seen_of,
    forget_records,
    new_record_ids,
    next_decision_number,
    of_components,
    under_keys,
)

Records = Mapping[PersonRecord, KnownRecord]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Records as decided, and those whose decision changed: as they were and as they are."""

    records: Records
    moved: tuple[tuple[KnownRecord, KnownRecord], ...] = ()


def already_decided(connection: Connection, asserted: Mapping[PersonRecord, FirstSeen]) -> Records | None:
    """The decisions on a batch's records, where none of them is new or was seen earlier than known; else None."""
    known = asserted_before(connection, asserted)
    for record, seen in asserted.items():
        if record not in known or seen < known[record].first_seen:
            return None
    return known


def resolve(connection: Connection, asserted: Mapping[PersonRecord, FirstSeen], model: Model) -> Resolved:
    """Decide anew the components that some records belong to, or now join. Needs the exclusive lock."""
    known = asserted_before(connection, asserted)
    fresh = [record for record in asserted if record not in known]
    touched = {kept.component for record, kept in known.items() if asserted[record] < kept.first_seen}
    touched |= _components_met(connection, fresh, model)
    among = of_components(connection, touched)
    sightings = {record: kept.first_seen for record, kept in among.items()}
    for record, seen in asserted.items():
        if record in sightings or record not in known:
            sightings[record] = min(sightings.get(record, seen), seen)
    decided = _decide_and_keep(connection, among, sightings, model)
    return Resolved({**known, **decided.records}, decided.moved)


def reconsider(connection: Connection, doubtful: Iterable[KnownRecord], model: Model) -> Resolved:
    """Decide anew after events of some records were replaced by other bodies. Needs the exclusive lock."""
    doubted = {kept.id: kept for kept in doubtful}
    known = of_components(connection, {kept.component for kept in doubted.values()})
    seen = first_seen_of(connection, list(doubted))
    gone = [kept for kept in doubted.values() if kept.id not in seen]
    forget_records(connection, gone)
    left = {record: kept for record, kept in known.items() if kept not in gone}
    sightings = {record: seen.get(kept.id, kept.first_seen) for record, kept in left.items()}
    return _decide_and_keep(connection, left, sightings, model)


def restate(connection: Connection, statements: Iterable[Statement], model: Model) -> Resolved:
    """Take people's decisions as they stand now, and decide anew whom they touch. Needs the exclusive lock."""
    named = replace_statements(connection, statements)
    found = under_keys(connection, map(_key_of, named))
    touched = {kept.component for record, kept in found.items() if record.ref in named}
    among = of_components(connection, touched)
    return _decide_and_keep(connection, among, {record: kept.first_seen for record, kept in among.items()}, model)


def redecide(connection: Connection, model: Model) -> Resolved:
    """Decide every record anew by a model, which is the one in use from then on. Needs the exclusive lock."""
    among = every_record(connection)
    use_model(connection, model.version)
    return _decide_and_keep(connection, among, {record: kept.first_seen for record, kept in among.items()}, model)


def require_model(connection: Connection, model: Model) -> None:
    """Take the model into use where none is. Raises NotReady where decisions were taken by another."""
    used = model_in_use(connection)
    if used is None:
        use_model(connection, model.version)
    elif used != model.version:
        raise NotReady(
            f"The identities in the database were decided by model {used}, and {model.version} is set",
            next_step="Stop the workers and run `send-integration identity redecide`, or set the former model again.",
        )


def _key_of(ref: PersonRef) -> str:
    return f"l\x1f{ref.source}\x1f{ref.local_id}"


def _components_met(connection: Connection, fresh: list[PersonRecord], model: Model) -> set[int]:
    """The components to which some new records have an edge: one query for the candidates of all."""
    if not fresh:
        return set()
    by_key: dict[str, list[PersonRecord]] = {}
    for record in fresh:
        for key in keys_of(record):
            by_key.setdefault(key, []).append(record)
    said = statements_about(connection, {record.ref for record in fresh})
    stated = {ref for statement in said for ref in statement.pair}
    met: set[int] = set()
    for candidate, kept in under_keys(connection, [*by_key, *map(_key_of, stated)]).items():
        if kept.component in met:
            continue
        sharing = {record for key in keys_of(candidate) for record in by_key.get(key, ())}
        if candidate.ref in stated or any(_belong_together(record, candidate, model) for record in sharing):
            met.add(kept.component)
    return met


def _belong_together(one: PersonRecord, other: PersonRecord, model: Model) -> bool:
    return one.ref == other.ref or between(one, other, model).verdict is not Verdict.APART


def _decide_and_keep(
    connection: Connection, known: Records, sightings: Mapping[PersonRecord, FirstSeen], model: Model
) -> Resolved:
    decided = decide(sightings, statements_about(connection, {record.ref for record in sightings}), model)
    decisions = decided.decisions
    fresh = [record for record in sightings if record not in known]
    differs = any(decisions[record] != kept.decision for record, kept in known.items())
    number = next_decision_number(connection) if fresh or differs else 0
    ids = {record: kept.id for record, kept in known.items()}
    ids |= dict(zip(fresh, new_record_ids(connection, len(fresh)), strict=True)) if fresh else {}
    component_of = {record: min(ids[r] for r in members) for members in decided.components for record in members}
    made = [
        KnownRecord(ids[record], component_of[record], record, sightings[record], decisions[record], number)
        for record in fresh
    ]
    add_records(connection, made)
    after = {
        record: replace(
            kept,
            component=component_of[record],
            first_seen=sightings[record],
            decision=decisions[record],
            number=kept.number if decisions[record] == kept.decision else number,
        )
        for record, kept in known.items()
    }
    change_records(connection, [kept for record, kept in after.items() if kept != known[record]])
    _explain(connection, decided, ids, model)
    moved = tuple((known[record], kept) for record, kept in after.items() if kept.decision != known[record].decision)
    return Resolved({**after, **{kept.record: kept for kept in made}}, moved)


def _explain(connection: Connection, decided: Decided, ids: Mapping[PersonRecord, int], model: Model) -> None:
    """Keep why records are joined, and which pairs wait for a person."""
    among = list(ids.values())
    links = [
        pair_row(ids[link.one], ids[link.other], link.why, link.judgement, model.version) for link in decided.links
    ]
    keep_pairs(connection, LINKS, among, links)
    reviews = [
        pair_row(ids[r.one], ids[r.other], r.judgement.because, r.judgement, model.version) for r in decided.reviews
    ]
    keep_pairs(connection, REVIEWS, among, reviews)
