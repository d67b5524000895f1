"""Decides a batch's person records within a transaction, and says whose decision changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from send_integration.errors import Broken, NotReady
from send_integration.identity.blocking import KEYS_VERSION
from send_integration.identity.decide import Decided, Link, decide
from send_integration.identity.model import Model
from send_integration.identity.pairs import local_id_key
from send_integration.identity.questions import Review
from send_integration.identity.records import FirstSeen, PersonRecord, child_id_of
from send_integration.identity.statements import Statement
from send_integration.steps.arrivals import Arrivals, sort_arrivals
from send_integration.store.identity import (
    LINKS,
    REVIEWS,
    InUse,
    PairRow,
    add_pairs,
    keep_pairs,
    model_in_use,
    pair_row,
    remove_pairs,
    replace_statements,
    statements_about,
    use_model,
)
from send_integration.store.people import (
    KnownRecord,
    add_records,
    change_keys,
    change_records,
    every_record,
    first_seen_of,
    forget_records,
    keep_former_ids,
    keep_keys_anew,
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


def are_decided(asserted: Mapping[PersonRecord, FirstSeen], known: Records) -> bool:
    """Whether none of a batch's records is new or was asserted earlier than is known."""
    return all(record in known and seen >= known[record].first_seen for record, seen in asserted.items())


def resolve(
    connection: Connection, asserted: Mapping[PersonRecord, FirstSeen], known: Records, model: Model
) -> Resolved:
    """Decide a batch's records, of which some are `known`: most new ones join alone, the others with the components to
    which they lead. Needs the exclusive lock.
    """
    earlier = {kept.component for record, kept in known.items() if asserted[record] < kept.first_seen}
    fresh = {record: seen for record, seen in asserted.items() if record not in known}
    arrivals = sort_arrivals(connection, fresh, model)
    joined = _keep_joined(connection, arrivals, fresh, model)
    if not earlier and not arrivals.undecided:
        return Resolved({**known, **joined})
    among = {known.record: known for number in arrivals.components for known in arrivals.kept[number].records}
    among |= of_components(connection, earlier - arrivals.components)
    sightings = {record: kept.first_seen for record, kept in among.items()}
    sightings |= {record: asserted[record] for record in arrivals.undecided}
    for record, seen in asserted.items():
        if record in among:
            sightings[record] = min(sightings[record], seen)
    decided = _decide_and_keep(connection, among, sightings, model)
    return Resolved({**known, **joined, **decided.records}, decided.moved)


def _keep_joined(
    connection: Connection, arrivals: Arrivals, seen: Mapping[PersonRecord, FirstSeen], model: Model
) -> Records:
    """Keep records that were decided alone, with why they joined."""
    joined = arrivals.joined
    if not joined:
        return {}
    number = next_decision_number(connection)
    ids = dict(zip((of.record for of in joined), new_record_ids(connection, len(joined)), strict=True))
    made = {
        of.record: KnownRecord(
            ids[of.record],
            ids[of.first] if of.component is None else of.component,
            of.record,
            seen[of.record],
            child_id_of(of.founder),
            number,
        )
        for of in joined
    }
    add_records(connection, list(made.values()))
    ids |= {known.record: known.id for component in arrivals.kept.values() for known in component.records}
    links = [of.link for of in joined if of.link is not None]
    add_pairs(connection, LINKS, _rows_of_links(links, ids, model))
    settled = [review for questions in arrivals.questions for review in questions.settled()]
    raised = [review for questions in arrivals.questions for review in questions.raised()]
    remove_pairs(connection, REVIEWS, [row[:2] for row in _rows_of_reviews(settled, ids, model)])
    add_pairs(connection, REVIEWS, _rows_of_reviews(raised, ids, model))
    return made


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
    found = under_keys(connection, map(local_id_key, named))
    touched = {kept.component for record, kept in found.items() if record.ref in named}
    among = of_components(connection, touched)
    return _decide_and_keep(connection, among, {record: kept.first_seen for record, kept in among.items()}, model)


def redecide(connection: Connection, model: Model) -> Resolved:
    """Decide every record anew by a model, which is the one in use from then on, and keep them under today's keys. Needs
    the exclusive lock."""
    among = every_record(connection)
    decided = _decide_and_keep(connection, among, {record: kept.first_seen for record, kept in among.items()}, model)
    used = model_in_use(connection)
    if used is None or used.keys != KEYS_VERSION:
        keep_keys_anew(connection, decided.records.values())  # last, for pages that look records up wait from here on
    use_model(connection, _by(model))
    return decided


def require_model(connection: Connection, model: Model) -> None:
    """Take the model into use where none is. Raises NotReady where decisions were taken by another, or records are kept
    under former keys."""
    used = model_in_use(connection)
    if used is None:
        use_model(connection, _by(model))
    elif used != _by(model):
        back = ", or set the former model again" if used.version != model.version else ""
        raise NotReady(
            f"The identities in the database were decided by model {used}, and {_by(model)} is set",
            next_step=f"Stop the workers and run `send-integration identity redecide`{back}.",
        )


def require_same_model(connection: Connection, model: Model) -> None:
    """Raises Broken where everything was decided anew by another model since this worker started."""
    used = model_in_use(connection)
    if used != _by(model):
        raise Broken(
            f"The identities were decided anew by model {used} while this worker uses {_by(model)}",
            next_step="Set SEND_IDENTITY_MODEL to the model in use, and start the worker again.",
        )


def _by(model: Model) -> InUse:
    return InUse(model.version, KEYS_VERSION)


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
    after = {
        record: kept._replace(
            component=component_of[record],
            first_seen=sightings[record],
            decision=decisions[record],
            number=kept.number if decisions[record] == kept.decision else number,
        )
        for record, kept in known.items()
    }
    left = {kept.component for record, kept in known.items() if kept.component != after[record].component}
    if left:
        there = [record for record, kept in known.items() if kept.component in left]
        change_keys(connection, [known[record] for record in there], [after[record] for record in there])
    add_records(connection, made)
    change_records(connection, [kept for record, kept in after.items() if kept != known[record]])
    _explain(connection, decided, ids, model)
    moved = tuple((known[record], kept) for record, kept in after.items() if kept.decision != known[record].decision)
    keep_former_ids(connection, moved)
    return Resolved({**after, **{kept.record: kept for kept in made}}, moved)


def _explain(connection: Connection, decided: Decided, ids: Mapping[PersonRecord, int], model: Model) -> None:
    """Keep why records are joined, and which pairs wait for a person."""
    among = list(ids.values())
    keep_pairs(connection, LINKS, among, _rows_of_links(decided.links, ids, model))
    keep_pairs(connection, REVIEWS, among, _rows_of_reviews(decided.reviews, ids, model))


def _rows_of_links(links: Iterable[Link], ids: Mapping[PersonRecord, int], model: Model) -> list[PairRow]:
    return [pair_row(ids[link.one], ids[link.other], link.why, link.judgement, model.version) for link in links]


def _rows_of_reviews(reviews: Iterable[Review], ids: Mapping[PersonRecord, int], model: Model) -> list[PairRow]:
    return [pair_row(ids[r.one], ids[r.other], r.judgement.because, r.judgement, model.version) for r in reviews]
