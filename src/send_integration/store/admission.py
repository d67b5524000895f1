"""What the gate asks of the database and keeps in it: events admitted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, text

from send_integration.contracts.event import EventKey
from send_integration.contracts.glimpse import glimpse
from send_integration.store.bulk import copy_rows, read_rows


@dataclass(frozen=True, slots=True)
class AdmittedRow:
    """An event that was let in, as the bytes it was, and where they stood."""

    source: str
    event_id: str
    feed: str
    body_hash: bytes
    recorded_at: datetime
    raw: bytes
    topic: str
    partition: int
    offset: int
    person_record_id: int | None
    least_decision: int
    body: bytes | None = None
    """Where the timeline had it when the row was read: to make it again from the bytes is to judge them once more."""

    @property
    def key(self) -> EventKey:
        """Source and id."""
        return EventKey(self.source, self.event_id)


_ADMITTED = (
    'source, event_id, feed, body_hash, recorded_at, raw, topic, "partition", "offset", person_record_id,'
    " least_decision"
)


def known_by_key(
    connection: Connection, feed: str, keys: Iterable[EventKey]
) -> tuple[dict[EventKey, AdmittedRow], list[int]]:
    """What is kept under some sources and ids, in one query for all: the admitted events, and the items of a feed that were
    refused and are counted as that."""
    wanted = list(keys)
    rows = connection.execute(
        text(
            "WITH wanted AS MATERIALIZED (SELECT * FROM unnest("  # noqa: S608 - constants of ours
            "cast(:sources AS text[]), cast(:ids AS text[])) AS u(source, event_id))"
            f" SELECT cast(NULL AS bigint), {_ADMITTED} FROM admitted"
            " WHERE (source, event_id) IN (SELECT source, event_id FROM wanted)"
            f" UNION ALL SELECT q.id, {', '.join(['NULL'] * (_ADMITTED.count(',') + 1))}"
            " FROM wanted JOIN quarantine q USING (source, event_id)"
            " WHERE q.feed = :feed AND q.status <> 'released' AND q.person_record_id IS NULL"
        ),
        {"sources": [key.source for key in wanted], "ids": [key.id for key in wanted], "feed": feed},
    ).all()
    found = (_admitted(row[1:]) for row in rows if row[0] is None)
    return {row.key: row for row in found}, [row[0] for row in rows if row[0] is not None]


def admitted_by_key(connection: Connection, keys: Iterable[EventKey]) -> list[AdmittedRow]:
    """The admitted events of some sources and ids."""
    wanted = list(keys)
    rows = connection.execute(
        text(
            f"SELECT {_ADMITTED} FROM admitted WHERE (source, event_id) IN"  # noqa: S608 - a constant of ours
            " (SELECT * FROM unnest(cast(:sources AS text[]), cast(:ids AS text[])))"
        ),
        {"sources": [key.source for key in wanted], "ids": [key.id for key in wanted]},
    )
    return [_admitted(row) for row in rows]


def admitted_bytes(connection: Connection, raws: Iterable[bytes]) -> set[bytes]:
    """Those of some bytes, which need not be acceptable now, that are an admitted event's to the last one."""
    told = ((raw, glimpse(raw)) for raw in raws)
    wanted = [(seen.source, seen.event_id, raw) for raw, seen in told if seen.source and seen.event_id]
    rows = connection.execute(
        text(
            "SELECT a.raw FROM unnest(cast(:sources AS text[]), cast(:ids AS text[]), cast(:hashes AS bytea[]))"
            " AS u(source, event_id, hash) JOIN admitted a USING (source, event_id) WHERE sha256(a.raw) = u.hash"
        ),
        {
            "sources": [source for source, _, _ in wanted],
            "ids": [event_id for _, event_id, _ in wanted],
            "hashes": [sha256(raw).digest() for _, _, raw in wanted],
        },
    )
    return {bytes(row[0]) for row in rows}


def admitted_at(connection: Connection, topic: str, places: Sequence[tuple[int, int]]) -> list[AdmittedRow]:
    """The admitted events whose messages stood at some (partition, offset) of a topic; with the bodies that the timeline has."""
    rows = read_rows(
        connection,
        f"SELECT {_ADMITTED}, (SELECT e.body FROM event e WHERE e.source = a.source AND e.event_id = a.event_id"  # noqa: S608
        " AND sha256(e.body) = a.body_hash) FROM admitted a WHERE topic = %(topic)s"
        ' AND ("partition", "offset") IN (SELECT * FROM unnest(%(partitions)s::int[], %(offsets)s::bigint[]))',
        {"topic": topic, "partitions": [place[0] for place in places], "offsets": [place[1] for place in places]},
    )
    return [_admitted(row) for row in rows]


def admitted_of_records(connection: Connection, record_ids: Sequence[int]) -> list[AdmittedRow]:
    """Every admitted event that asserts one of some person records."""
    rows = connection.execute(
        text(f"SELECT {_ADMITTED} FROM admitted WHERE person_record_id = ANY(:ids)"),  # noqa: S608 - a constant of ours
        {"ids": list(record_ids)},
    )
    return [_admitted(row) for row in rows]


def admitted_of_feed(connection: Connection, feed: str) -> list[AdmittedRow]:
    """Every admitted event of a feed; for one whose events are few."""
    rows = connection.execute(
        text(f"SELECT {_ADMITTED} FROM admitted WHERE feed = :feed"),  # noqa: S608 - a constant of ours
        {"feed": feed},
    )
    return [_admitted(row) for row in rows]


def keep_admitted(connection: Connection, rows: Iterable[AdmittedRow]) -> None:
    """Add events that were let in."""
    columns = (
        ("source", "text"),
        ("event_id", "text"),
        ("feed", "text"),
        ("body_hash", "bytea"),
        ("recorded_at", "timestamptz"),
        ("raw", "bytea"),
        ("topic", "text"),
        ("partition", "int4"),
        ("offset", "int8"),
        ("person_record_id", "int8"),
        ("least_decision", "int8"),
    )
    copy_rows(connection, "admitted", columns, map(attrgetter(*(name for name, _ in columns)), rows))


def replace_admitted(connection: Connection, row: AdmittedRow) -> None:
    """Put another body in the place of one that was recorded later."""
    connection.execute(
        text(
            "UPDATE admitted SET feed = :feed, body_hash = :body_hash, recorded_at = :recorded_at, raw = :raw, topic = :topic,"
            ' "partition" = :partition, "offset" = :offset, person_record_id = :person_record_id,'
            " least_decision = :least_decision"
            " WHERE source = :source AND event_id = :event_id"
        ),
        {name: getattr(row, name) for name in row.__slots__},
    )


def _admitted(row: Sequence[Any]) -> AdmittedRow:
    fields: tuple[Any, ...] = tuple(row)
    source, event_id, feed, body_hash, recorded_at, raw, *place = fields
    return AdmittedRow(source, event_id, feed, bytes(body_hash), recorded_at, bytes(raw), *place)
