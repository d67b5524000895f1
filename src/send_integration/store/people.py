"""Person records and the decisions on them, a batch at a time."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from send_integration.contracts.event import ChildId
from send_integration.identity.blocking import paired
from send_integration.identity.decide import LIKELY, Decision, Held
from send_integration.identity.features import home_of
from send_integration.identity.pairs import keys_of
from send_integration.identity.records import FirstSeen, PersonRecord, child_id_of, features_of
from send_integration.store.bulk import copy_rows, read_rows
from send_integration.store.identity import forget_pairs

IDENTITY_LOCK = 8210002
"""Advisory lock: shared by batches that only read decisions, exclusive for one that may change any."""


class KnownRecord(NamedTuple):
    """A person record as it is kept; a higher `number` is a later decision. A tuple, for seven are made for each new record."""

    id: int
    component: int
    record: PersonRecord
    first_seen: FirstSeen
    decision: Decision
    number: int


def home_key(home: str) -> int:
    """The key under which the records of one home are found; nobody is compared for it, so it joins nobody."""
    postcode, _, address = home.partition(" ")
    return paired(f"p{postcode}", f"home {address}")


def kept_keys(record: PersonRecord) -> set[int]:
    """The keys under which a record's component is found: those that hold the record, and that of its home."""
    keys = set(keys_of(record).held)
    home = home_of(features_of(record))
    return keys | {home_key(home)} if home else keys


def lock_identity(connection: Connection, *, exclusive: bool) -> None:
    """Wait until no other batch changes decisions, or with `exclusive` until none even reads them.

    For the rest of the transaction, pages that are looked up by an index are reckoned to be in memory: by PostgreSQL's
    default, for disks of 2001, it reads all records of 100,000 children to find a batch's few thousand.
    """
    function = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    connection.execute(
        text(f"SELECT set_config('random_page_cost', '1.1', true), {function}(:lock)"), {"lock": IDENTITY_LOCK}
    )


_COLUMNS = (
    ("id", "int8"),
    ("component", "int8"),
    ("source", "text"),
    ("local_id", "text"),
    ("given_name", "text"),
    ("family_name", "text"),
    ("date_of_birth", "date"),
    ("nhs_number", "text"),
    ("upn", "text"),
    ("postcode", "text"),
    ("address", "text"),
    ("gender", "text"),
    ("restricted", "bool"),
    ("first_recorded_at", "timestamptz"),
    ("first_source", "text"),
    ("first_event_id", "text"),
    ("child_id", "text"),
    ("held_between", "text[]"),
    ("decision", "int8"),
)
_FIELDS = len(PersonRecord._fields)
_DECIDED = 2 + _FIELDS + len(FirstSeen._fields)
_RECORD = ", ".join(f"r.{name}" for name, _ in _COLUMNS)


def asserted_before(connection: Connection, records: Iterable[PersonRecord]) -> dict[PersonRecord, KnownRecord]:
    """Those of some records that are kept, in one query."""
    return _records(connection, "r.digest = ANY(:given)", [record.digest() for record in records])


def under_keys(connection: Connection, keys: Iterable[int]) -> dict[PersonRecord, KnownRecord]:
    """Every kept record that has one of some keys, in one query; others of their components are among them."""
    condition = "r.component IN (SELECT k.component FROM person_record_key k WHERE k.key = ANY(:given))"
    return _records(connection, condition, sorted(set(keys)))


def of_components(connection: Connection, components: Iterable[int]) -> dict[PersonRecord, KnownRecord]:
    """Every kept record of some components."""
    return _records(connection, "r.component = ANY(:given)", sorted(set(components)))


def records_by_id(connection: Connection, record_ids: Iterable[int]) -> dict[int, KnownRecord]:
    """Kept records by their numbers."""
    found = _records(connection, "r.id = ANY(:given)", sorted(set(record_ids)))
    return {known.id: known for known in found.values()}


def records_of_child(connection: Connection, child_id: str) -> list[tuple[str, str]]:
    """The sources and ids under which a child is kept now."""
    rows = connection.execute(
        text("SELECT DISTINCT source, local_id FROM person_record WHERE child_id = :child ORDER BY 1, 2"),
        {"child": child_id},
    )
    return [(row[0], row[1]) for row in rows]


def every_record(connection: Connection) -> dict[PersonRecord, KnownRecord]:
    """All kept records, for deciding everything anew."""
    return _records(connection, "true", [])


def sample_of_records(connection: Connection, most: int) -> list[PersonRecord]:
    """At most so many of all records, drawn by their digests: the same ones each time, and like any others."""
    columns = ", ".join(PersonRecord._fields)
    rows = connection.execute(
        text(f"SELECT {columns} FROM person_record ORDER BY digest LIMIT :most"),  # noqa: S608 - constants of ours
        {"most": most},
    )
    return [PersonRecord(*row) for row in rows]


def sharing_keys(connection: Connection, asked: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of (place, hashed key): each place with each component of which a record has one of its keys, in one query.

    A few of which none has may be among them.
    """
    rows = connection.execute(
        text(
            "SELECT DISTINCT u.place, k.component FROM"
            " (SELECT * FROM unnest(cast(:places AS int[]), cast(:keys AS bigint[])) AS a(place, key) ORDER BY key) AS u"
            " JOIN person_record_key k ON k.key = u.key"
        ),
        {"places": _array(place for place, _ in asked), "keys": _array(key for _, key in asked)},
    )
    return [*rows.all()]  # row by row takes longer


@dataclass(slots=True)
class Component:
    """Records that are decided together; `doubtful` where one of them joined because it was likely, or a person decided on
    its local id."""

    records: list[KnownRecord]
    doubtful: bool = False


def whole_components(connection: Connection, numbers: Iterable[int]) -> dict[int, Component]:
    """Some components, each by its number and with all its records, in one query."""
    rows = read_rows(
        connection,
        f"SELECT {_RECORD}, r.id IN (SELECT one FROM identity_link WHERE why = '{LIKELY}')"  # noqa: S608 - ours
        " OR (r.source, r.local_id) IN (SELECT one_source, one_local_id FROM identity_statement)"
        " OR (r.source, r.local_id) IN (SELECT other_source, other_local_id FROM identity_statement)"
        " FROM person_record r WHERE r.component = ANY(cast(%(numbers)s AS bigint[]))",
        {"numbers": _array(numbers)},
    )
    found: dict[int, Component] = {}
    for row in rows:
        component = found.setdefault(row[1], Component([]))
        component.records.append(_known(row))
        if row[-1]:
            component.doubtful = True
    return found


def _array(numbers: Iterable[int]) -> str:
    """Numbers as PostgreSQL writes an array: half the time that the driver takes to write them one by one."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _records(connection: Connection, condition: str, given: Sequence[object]) -> dict[PersonRecord, KnownRecord]:
    rows = connection.execute(
        text(f"SELECT {_RECORD} FROM person_record r WHERE {condition}"),  # noqa: S608 - constants of ours
        {"given": given} if ":given" in condition else {},
    )
    return {known.record: known for known in map(_known, map(tuple, rows.all()))}


def _known(row: Sequence[Any]) -> KnownRecord:
    child_id, held_between, number = row[_DECIDED : _DECIDED + 3]
    decision: Decision = ChildId(child_id) if child_id is not None else Held(tuple(map(ChildId, held_between)))
    record, seen = PersonRecord._make(row[2 : _FIELDS + 2]), FirstSeen._make(row[_FIELDS + 2 : _DECIDED])
    return KnownRecord(row[0], row[1], record, seen, decision, number)


def next_decision_number(connection: Connection) -> int:
    """A number higher than that of any decision before."""
    number: int = connection.execute(text("SELECT nextval('decision_number')")).scalar_one()
    return number


def new_record_ids(connection: Connection, count: int) -> list[int]:
    """Ids for records about to be added."""
    rows = connection.execute(
        text("SELECT nextval(pg_get_serial_sequence('person_record', 'id')) FROM generate_series(1, :count)"),
        {"count": count},
    )
    return [row[0] for row in rows]


def add_records(connection: Connection, records: Sequence[KnownRecord]) -> None:
    """Keep new records with their decisions and their keys."""
    if not records:
        return
    rows = (
        [r.id, r.component, *r.record, *r.first_seen, *_decided(r.decision), r.number, r.record.digest()]
        for r in records
    )
    copy_rows(connection, "person_record", (*_COLUMNS, ("digest", "bytea")), rows)
    _add_keys(connection, records)


def keep_keys_anew(connection: Connection, records: Iterable[KnownRecord]) -> None:
    """Find all records that there are under today's keys, where they were kept under those of an earlier version."""
    connection.execute(text("TRUNCATE person_record_key"))
    _add_keys(connection, records)


def change_keys(connection: Connection, former: Iterable[KnownRecord], records: Iterable[KnownRecord]) -> None:
    """Find records under their keys by their components as they are now, and no more by what the former ones brought;
    `records` are all that the components of the former have left, for some of their keys are the same."""
    _remove_keys(connection, former)
    _add_keys(connection, records)


def _add_keys(connection: Connection, records: Iterable[KnownRecord]) -> None:
    """Find components by the keys of some records; by most a component is found already, by another record of a child."""
    connection.execute(
        text(
            "INSERT INTO person_record_key (key, component)"
            " SELECT * FROM unnest(cast(:keys AS bigint[]), cast(:components AS bigint[])) ORDER BY 1"
            " ON CONFLICT DO NOTHING"
        ),
        _keys_with_components(records),
    )


def _remove_keys(connection: Connection, records: Iterable[KnownRecord]) -> None:
    connection.execute(
        text(
            "DELETE FROM person_record_key WHERE (key, component) IN"
            " (SELECT * FROM unnest(cast(:keys AS bigint[]), cast(:components AS bigint[])))"
        ),
        _keys_with_components(records),
    )


def _keys_with_components(records: Iterable[KnownRecord]) -> dict[str, str]:
    keys = {(key, known.component) for known in records for key in kept_keys(known.record)}
    return {"keys": _array(key for key, _ in keys), "components": _array(component for _, component in keys)}


def change_records(connection: Connection, changed: Sequence[KnownRecord]) -> None:
    """Write components, first sightings and decisions of kept records anew, in one statement."""
    if not changed:
        return
    columns = ("id", "component", "first_recorded_at", "first_source", "first_event_id", "child_id", "decision")
    kinds = ("bigint", "bigint", "timestamptz", "text", "text", "text", "bigint")
    arrays = ", ".join(f"cast(:{name} AS {kind}[])" for name, kind in zip(columns, kinds, strict=True))
    rows = [(k.id, k.component, *k.first_seen, _decided(k.decision)[0], k.number) for k in changed]
    connection.execute(
        text(
            "UPDATE person_record r SET component = u.component, first_recorded_at = u.first_recorded_at,"  # noqa: S608 - ours
            " first_source = u.first_source, first_event_id = u.first_event_id, child_id = u.child_id,"
            " held_between = CASE WHEN u.child_id IS NULL THEN ARRAY(SELECT jsonb_array_elements_text("
            "cast(:held AS jsonb) -> cast(u.id AS text))) END, decision = u.decision"
            f" FROM unnest({arrays}) AS u({', '.join(columns)}) WHERE r.id = u.id"
        ),
        {
            **{name: [row[place] for row in rows] for place, name in enumerate(columns)},
            "held": json.dumps({str(k.id): _decided(k.decision)[1] for k in changed if isinstance(k.decision, Held)}),
        },
    )


def keep_former_ids(connection: Connection, moved: Sequence[tuple[KnownRecord, KnownRecord]]) -> None:
    """Keep of which children some moved records were; and where the children are found whose ids end with the move: with the
    record whose first event gave the id."""
    left = [(former.id, former.decision) for former, _ in moved if not isinstance(former.decision, Held)]
    founders = {
        str(former.decision): former.id for former, _ in moved if former.decision == child_id_of(former.first_seen)
    }
    if left:
        connection.execute(
            text(
                "INSERT INTO record_was_of (person_record_id, child_id)"
                " SELECT * FROM unnest(cast(:ids AS bigint[]), cast(:former AS text[])) ON CONFLICT DO NOTHING"
            ),
            {"ids": [record_id for record_id, _ in left], "former": [child_id for _, child_id in left]},
        )
    if founders:
        connection.execute(
            text(
                "INSERT INTO former_child_id (child_id, person_record_id)"
                " SELECT * FROM unnest(cast(:former AS text[]), cast(:ids AS bigint[]))"
                " ON CONFLICT (child_id) DO UPDATE SET person_record_id = excluded.person_record_id"
            ),
            {"former": list(founders), "ids": list(founders.values())},
        )


def first_seen_of(connection: Connection, record_ids: Sequence[int]) -> dict[int, FirstSeen]:
    """The first admitted event of each record, asked anew after an event was replaced by another body."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT ON (person_record_id) person_record_id, recorded_at, source, event_id FROM admitted"
            " WHERE person_record_id = ANY(:ids) ORDER BY person_record_id, recorded_at, source, event_id"
        ),
        {"ids": list(record_ids)},
    )
    return {row[0]: FirstSeen(*row[1:4]) for row in rows}


def forget_records(connection: Connection, gone: Sequence[KnownRecord]) -> None:
    """Remove records that no admitted event asserts any more, with their links and reviews, and the keys that no other record
    of their components has."""
    if not gone:
        return
    ids = [known.id for known in gone]
    connection.execute(text("DELETE FROM person_record WHERE id = ANY(:ids)"), {"ids": ids})
    left = of_components(connection, {known.component for known in gone}).values()
    forget_pairs(connection, ids, [*ids, *(known.id for known in left)])
    change_keys(connection, gone, left)


def _decided(decision: Decision) -> tuple[str | None, list[str] | None]:
    return (None, list(decision.between)) if isinstance(decision, Held) else (decision, None)
