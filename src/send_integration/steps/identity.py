"""Decides a batch's person records within a transaction, and says whose decision changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from send_integration.identity.decide import FirstSeen, PersonRecord, decide, linking_keys
from send_integration.store.people import (
    KnownRecord,
    add_records,
    change_records,
    first_seen_of,
    forget_records,
    known_records,
    new_record_ids,
    next_decision_number,
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Every record of the components as decided, and those whose decision changed: as they were and as they are."""

    records: Mapping[PersonRecord, KnownRecord]
    moved: tuple[tuple[KnownRecord, KnownRecord], ...] = ()


def already_decided(
    connection: Connection, asserted: Mapping[PersonRecord, FirstSeen]
) -> Mapping[PersonRecord, KnownRecord] | None:
    """The decisions on a batch's records, where none of them is new or was seen earlier than known; else None."""
    known = known_records(connection, asserted)
    for record, seen in asserted.items():
        if record not in known or seen < known[record].first_seen:
            return None
    return known


def resolve(connection: Connection, asserted: Mapping[PersonRecord, FirstSeen]) -> Resolved:
    """Decide the components of some records anew, with those records among them. Needs the exclusive lock."""
    known = known_records(connection, asserted)
    sightings = {record: kept.first_seen for record, kept in known.items()}
    for record, seen in asserted.items():
        sightings[record] = min(sightings.get(record, seen), seen)
    return _decide_and_keep(connection, known, sightings)


def reconsider(connection: Connection, doubtful: Iterable[KnownRecord]) -> Resolved:
    """Decide anew after events of some records were replaced by other bodies. Needs the exclusive lock."""
    doubted = {kept.id: kept for kept in doubtful}
    known = known_records(connection, [kept.record for kept in doubted.values()])
    seen = first_seen_of(connection, list(doubted))
    gone = {kept.record for kept in doubted.values() if kept.id not in seen}
    forget_records(connection, [kept.id for kept in doubted.values() if kept.record in gone])
    left = {record: kept for record, kept in known.items() if record not in gone}
    sightings = {record: seen.get(kept.id, kept.first_seen) for record, kept in left.items()}
    return _decide_and_keep(connection, left, sightings)


def _decide_and_keep(
    connection: Connection,
    known: Mapping[PersonRecord, KnownRecord],
    sightings: Mapping[PersonRecord, FirstSeen],
) -> Resolved:
    decisions = decide(sightings)
    fresh = [record for record in sightings if record not in known]
    differs = any(decisions[record] != kept.decision for record, kept in known.items())
    number = next_decision_number(connection) if fresh or differs else 0
    ids = dict(zip(fresh, new_record_ids(connection, len(fresh)), strict=True)) if fresh else {}
    components = _components(known, ids)
    made = [
        KnownRecord(ids[record], components[record], record, sightings[record], decisions[record], number)
        for record in fresh
    ]
    add_records(connection, made)
    after = {
        record: replace(
            kept,
            component=components[record],
            first_seen=sightings[record],
            decision=decisions[record],
            number=kept.number if decisions[record] == kept.decision else number,
        )
        for record, kept in known.items()
    }
    change_records(connection, [kept for record, kept in after.items() if kept != known[record]])
    moved = tuple((known[record], kept) for record, kept in after.items() if kept.decision != known[record].decision)
    return Resolved({**after, **{kept.record: kept for kept in made}}, moved)


def _components(known: Mapping[PersonRecord, KnownRecord], ids: Mapping[PersonRecord, int]) -> dict[PersonRecord, int]:
    """The component of every record once the new ones join; the lowest number of those that meet stands."""
    root: dict[int, int] = {}

    def find(component: int) -> int:
        while root.setdefault(component, component) != component:
            component = root[component]
        return component

    labels = {record: kept.component for record, kept in known.items()} | dict(ids)
    by_key: dict[str, int] = {}
    for record, label in labels.items():
        for key in linking_keys(record):
            one, other = find(label), find(by_key.setdefault(key, label))
            root[max(one, other)] = min(one, other)
    return {record: find(label) for record, label in labels.items()}
