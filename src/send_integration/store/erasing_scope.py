"""What of the database is one child's, before it is erased: its ids, records, events, and what of others speaks of it."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from send_integration.contracts.erasing import Ref, speaks_of
from send_integration.contracts.event import EventKey
from send_integration.store.people import KnownRecord, records_by_id


class Scope(NamedTuple):
    """A child to be erased. `ids` are its own, former ones too; `others` ids of others that its records had once; `refs` the
    local ids under which sources keep it and nobody else; `shared` how many they keep another child under as well; `numbers`
    its own alone."""

    child_id: str
    ids: tuple[str, ...]
    others: tuple[str, ...]
    records: tuple[KnownRecord, ...]
    refs: frozenset[Ref]
    shared: int
    numbers: frozenset[str]


class OthersEvent(NamedTuple):
    """An admitted event that is not the child's, and may name it."""

    key: EventKey
    feed: str
    raw: bytes
    where: str


_MADE = (
    "CREATE TEMP TABLE erasing_child (child_id text PRIMARY KEY) ON COMMIT DROP",
    "CREATE TEMP TABLE erasing_other (child_id text PRIMARY KEY) ON COMMIT DROP",
    "CREATE TEMP TABLE erasing_record (id bigint PRIMARY KEY) ON COMMIT DROP",
    "CREATE TEMP TABLE erasing_ref (source text, local_id text, PRIMARY KEY (source, local_id)) ON COMMIT DROP",
    "CREATE TEMP TABLE erasing_event (source text, event_id text, PRIMARY KEY (source, event_id)) ON COMMIT DROP",
    "CREATE TEMP TABLE erasing_item (id bigint PRIMARY KEY) ON COMMIT DROP",
)
_NOTED = ("erasing_child", "erasing_other", "erasing_record", "erasing_ref", "erasing_event", "erasing_item")
_FOUND = (
    "INSERT INTO erasing_record SELECT id FROM person_record WHERE child_id = :child",
    (
        "INSERT INTO erasing_child SELECT cast(:child AS text) UNION SELECT f.child_id FROM former_child_id f"
        " WHERE f.person_record_id IN (SELECT id FROM erasing_record)"
    ),
    (
        "INSERT INTO erasing_other SELECT DISTINCT w.child_id FROM record_was_of w WHERE w.person_record_id IN"
        " (SELECT id FROM erasing_record) AND w.child_id NOT IN (SELECT child_id FROM erasing_child)"
    ),
    (
        "INSERT INTO erasing_ref SELECT DISTINCT r.source, r.local_id FROM person_record r WHERE r.child_id = :child AND"
        " NOT EXISTS (SELECT FROM person_record o WHERE o.source = r.source AND o.local_id = r.local_id"
        " AND o.child_id IS DISTINCT FROM :child)"
    ),
    "INSERT INTO erasing_event SELECT source, event_id FROM admitted WHERE person_record_id IN (SELECT id FROM erasing_record)",
)
_ITEMS = (
    "INSERT INTO erasing_item SELECT id FROM quarantine q WHERE q.person_record_id IN (SELECT id FROM erasing_record)"
    " OR (q.source, q.local_id) IN (SELECT source, local_id FROM erasing_ref)"
    " OR (q.source, q.event_id) IN (SELECT source, event_id FROM erasing_event)"
)


def find_scope(connection: Connection, child_id: str) -> Scope | None:
    """All of a child, noted in tables that last as long as the transaction; None where there is no such child."""
    for made in _MADE:
        connection.execute(text(made))
    for found in _FOUND:
        connection.execute(text(found), {"child": child_id} if ":child" in found else {})
    records = tuple(records_by_id(connection, _column(connection, "SELECT id FROM erasing_record")).values())
    known = (
        records
        or connection.execute(text("SELECT FROM child WHERE child_id = :child"), {"child": child_id}).one_or_none()
    )
    if not known:
        return None
    refs = frozenset((row[0], row[1]) for row in connection.execute(text("SELECT source, local_id FROM erasing_ref")))
    scope = Scope(
        child_id,
        tuple(_column(connection, "SELECT child_id FROM erasing_child ORDER BY 1")),
        tuple(_column(connection, "SELECT child_id FROM erasing_other ORDER BY 1")),
        records,
        refs,
        len({tuple(known.record.ref) for known in records} - refs),
        _numbers(connection, child_id),
    )
    _find_items(connection, scope)
    for table in _NOTED:  # a few rows each, which the planner would else take for thousands
        connection.execute(text(f"ANALYZE {table}"))
    return scope


def _numbers(connection: Connection, child_id: str) -> frozenset[str]:
    """The NHS numbers and UPNs that records of the child alone have."""
    rows = connection.execute(
        text(
            "SELECT n FROM person_record r, unnest(ARRAY[r.nhs_number, r.upn]) AS n WHERE r.child_id = :child AND n <> ''"
            " EXCEPT SELECT n FROM person_record r, unnest(ARRAY[r.nhs_number, r.upn]) AS n"
            " WHERE r.child_id IS DISTINCT FROM :child"
        ),
        {"child": child_id},
    )
    return frozenset(rows.scalars())


def _find_items(connection: Connection, scope: Scope) -> None:
    """Items of quarantine that are the child's, or whose bytes speak of it."""
    connection.execute(text(_ITEMS))
    rows = connection.execute(
        text(
            "SELECT id, raw FROM quarantine q WHERE id NOT IN (SELECT id FROM erasing_item)"
            " AND EXISTS (SELECT FROM unnest(cast(:needles AS bytea[])) AS n WHERE position(n IN q.raw) > 0)"
        ),
        {"needles": _needles(scope)},
    )
    speaking = [row.id for row in rows if speaks_of(bytes(row.raw), scope.refs, scope.numbers)]
    connection.execute(text("INSERT INTO erasing_item SELECT unnest(cast(:ids AS bigint[]))"), {"ids": speaking})


def _needles(scope: Scope) -> list[bytes]:
    return [given.encode() for given in sorted({local_id for _, local_id in scope.refs} | scope.numbers)]


def others_events(connection: Connection, scope: Scope) -> list[OthersEvent]:
    """Events of others that could name the child: what is said of families, and people's decisions on identity."""
    rows = connection.execute(
        text(
            'SELECT source, event_id, feed, raw, topic, "partition", "offset" FROM admitted a'
            " WHERE feed IN ('people', 'identity') AND (source, event_id) NOT IN (SELECT source, event_id FROM erasing_event)"
            " AND EXISTS (SELECT FROM unnest(cast(:needles AS bytea[])) AS n WHERE position(n IN a.raw) > 0)"
        ),
        {"needles": _needles(scope)},
    )
    return [
        OthersEvent(EventKey(row[0], row[1]), row[2], bytes(row[3]), f"{row[4]}, partition {row[5]}, message {row[6]}")
        for row in rows
    ]


def withdrawals_of(connection: Connection, keys: Collection[EventKey]) -> list[EventKey]:
    """People's taking back of some decisions on identity."""
    if not keys:
        return []
    rows = connection.execute(
        text(
            "SELECT source, event_id FROM identity_decision WHERE body #>> '{data,retracts}' IS NOT NULL AND carried_out"
            " AND (source, names) IN (SELECT * FROM unnest(cast(:sources AS text[]), cast(:ids AS text[])))"
        ),
        {"sources": [key.source for key in keys], "ids": [key.id for key in keys]},
    )
    return [EventKey(row[0], row[1]) for row in rows]


def erase_these_too(connection: Connection, keys: Iterable[EventKey]) -> None:
    """Let some more events be erased with the child."""
    wanted = list(keys)
    connection.execute(
        text(
            "INSERT INTO erasing_event SELECT * FROM unnest(cast(:sources AS text[]), cast(:ids AS text[]))"
            " ON CONFLICT DO NOTHING"
        ),
        {"sources": [key.source for key in wanted], "ids": [key.id for key in wanted]},
    )


def waits_for_a_person(connection: Connection, scope: Scope) -> int:
    """How many records are held that could be the child's."""
    found: int = connection.execute(
        text("SELECT count(*) FROM person_record WHERE held_between && cast(:ids AS text[])"), {"ids": list(scope.ids)}
    ).scalar_one()
    return found


def history_waits(connection: Connection) -> bool:
    """Whether history was read from files and is not let in, or its children are not evaluated yet."""
    found: bool = connection.execute(
        text(
            "SELECT EXISTS (SELECT FROM backfill_chunk WHERE state = 'read') OR EXISTS (SELECT FROM backfill_rest)"
            " OR EXISTS (SELECT FROM backfill_event)"
        )
    ).scalar_one()
    return found


def _column(connection: Connection, query: str) -> list[Any]:
    return list(connection.execute(text(query)).scalars())
