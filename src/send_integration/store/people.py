"""Person records and the decisions on them, a batch at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from send_integration.contracts.event import ChildId
from send_integration.identity.decide import Decision, FirstSeen, Held, PersonRecord, linking_keys
from send_integration.store.bulk import copy_rows

IDENTITY_LOCK = 8210002
"""Advisory lock: shared by batches that only read decisions, exclusive for one that may change any."""


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A person record as it is kept; a higher `number` is a later decision."""

    id: int
    component: int
    record: PersonRecord
    first_seen: FirstSeen
    decision: Decision
    number: int


def lock_identity(connection: Connection, *, exclusive: bool) -> None:
    """Wait until no other batch changes decisions, or with `exclusive` until none even reads them."""
    function = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    connection.execute(text(f"SELECT {function}(:lock)"), {"lock": IDENTITY_LOCK})


_RECORD = (
    "id, component, source, local_id, nhs_number, upn, date_of_birth, first_recorded_at, first_source, first_event_id,"
    " child_id, held_between, decision"
)


def known_records(connection: Connection, records: Iterable[PersonRecord]) -> dict[PersonRecord, KnownRecord]:
    """Every kept record of the components that some records belong to, in one query."""
    keys = sorted({key for record in records for key in linking_keys(record)})
    rows = connection.execute(
        text(
            f"SELECT {_RECORD} FROM person_record WHERE component IN ("  # noqa: S608 - a constant of ours
            "SELECT r.component FROM person_record_key k JOIN person_record r ON r.id = k.person_record_id"
            " WHERE k.key = ANY(:keys))"
        ),
        {"keys": keys},
    )
    return {known.record: known for known in map(_known, rows)}


def records_by_id(connection: Connection, record_ids: Iterable[int]) -> dict[int, KnownRecord]:
    """Kept records by their numbers."""
    rows = connection.execute(
        text(f"SELECT {_RECORD} FROM person_record WHERE id = ANY(:ids)"),  # noqa: S608 - a constant of ours
        {"ids": sorted(set(record_ids))},
    )
    return {known.id: known for known in map(_known, rows)}


def _known(row: Row[Any]) -> KnownRecord:
    record_id, component, *rest = tuple[Any, ...](row)
    *record, recorded_at, source, event_id, child_id, held_between, number = rest
    decision: Decision = ChildId(child_id) if child_id is not None else Held(tuple(map(ChildId, held_between)))
    return KnownRecord(
        record_id, component, PersonRecord(*record), FirstSeen(recorded_at, source, event_id), decision, number
    )


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
    """Keep new records with their decisions."""
    columns = (
        ("id", "int8"),
        ("component", "int8"),
        ("source", "text"),
        ("local_id", "text"),
        ("nhs_number", "text"),
        ("upn", "text"),
        ("date_of_birth", "date"),
        ("first_recorded_at", "timestamptz"),
        ("first_source", "text"),
        ("first_event_id", "text"),
        ("child_id", "text"),
        ("held_between", "text[]"),
        ("decision", "int8"),
    )
    rows = ([r.id, r.component, *r.record, *r.first_seen, *_decided(r.decision), r.number] for r in records)
    copy_rows(connection, "person_record", columns, rows)
    keys = ([key, known.id] for known in records for key in linking_keys(known.record))
    copy_rows(connection, "person_record_key", (("key", "text"), ("person_record_id", "int8")), keys)


def change_records(connection: Connection, changed: Sequence[KnownRecord]) -> None:
    """Write components, first sightings and decisions of kept records anew."""
    for known in changed:
        child, held = _decided(known.decision)
        connection.execute(
            text(
                "UPDATE person_record SET component = :component, first_recorded_at = :recorded_at,"
                " first_source = :source, first_event_id = :event_id, child_id = :child, held_between = :held,"
                " decision = :number WHERE id = :id"
            ),
            {
                "id": known.id,
                "component": known.component,
                "child": child,
                "held": held,
                "number": known.number,
                **known.first_seen._asdict(),
            },
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


def forget_records(connection: Connection, record_ids: Sequence[int]) -> None:
    """Remove records that no admitted event asserts any more."""
    for table, column in (("person_record_key", "person_record_id"), ("person_record", "id")):
        connection.execute(
            text(f"DELETE FROM {table} WHERE {column} = ANY(:ids)"),  # noqa: S608 - constants of ours
            {"ids": list(record_ids)},
        )


def _decided(decision: Decision) -> tuple[str | None, list[str] | None]:
    return (None, list(decision.between)) if isinstance(decision, Held) else (decision, None)


def held_records(engine: Engine) -> list[tuple[int, str, list[str]]]:
    """Records held for review: their number, source, and the children that they lead to."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT id, source, held_between FROM person_record WHERE child_id IS NULL ORDER BY id")
        )
        return [(row[0], row[1], list(row[2])) for row in rows]
