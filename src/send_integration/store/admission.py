"""What the gate asks of the database and keeps in it: events admitted, bytes quarantined."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from send_integration.contracts.event import EventKey, Reason
from send_integration.store.bulk import copy_rows


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

    @property
    def key(self) -> EventKey:
        """Source and id."""
        return EventKey(self.source, self.event_id)


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """Bytes that were not let in, with every reason and where they stood."""

    feed: str
    raw: bytes
    reasons: tuple[Reason, ...]
    topic: str
    partition: int
    offset: int
    origin: bytes
    person_record_id: int | None = None


_ADMITTED = (
    'source, event_id, feed, body_hash, recorded_at, raw, topic, "partition", "offset", person_record_id,'
    " least_decision"
)


def admitted_by_key(connection: Connection, keys: Iterable[EventKey]) -> dict[EventKey, AdmittedRow]:
    """The admitted events among some keys, in one query."""
    wanted = list(keys)
    rows = connection.execute(
        text(
            f"SELECT {_ADMITTED} FROM admitted WHERE (source, event_id) IN"  # noqa: S608 - a constant of ours
            " (SELECT * FROM unnest(cast(:sources AS text[]), cast(:ids AS text[])))"
        ),
        {"sources": [key.source for key in wanted], "ids": [key.id for key in wanted]},
    )
    found = (_admitted(row) for row in rows)
    return {row.key: row for row in found}


def admitted_at(connection: Connection, topic: str, places: Sequence[tuple[int, int]]) -> list[AdmittedRow]:
    """The admitted events whose messages stood at some (partition, offset) of a topic."""
    rows = connection.execute(
        text(
            f"SELECT {_ADMITTED} FROM admitted"  # noqa: S608 - a constant of ours
            ' WHERE topic = :topic AND ("partition", "offset") IN'
            " (SELECT * FROM unnest(cast(:partitions AS int[]), cast(:offsets AS bigint[])))"
        ),
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
    copy_rows(connection, "admitted", columns, ([getattr(row, name) for name, _ in columns] for row in rows))


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


def quarantine_new(connection: Connection, rows: Sequence[QuarantineRow]) -> set[bytes]:
    """Keep bytes that were not let in; gives those that were new, for the same bytes twice are one item."""
    return _quarantine(connection, rows, "DO NOTHING")


def quarantine_again(connection: Connection, rows: Sequence[QuarantineRow]) -> None:
    """Keep bytes that had been let in and are so no longer."""
    _quarantine(
        connection,
        rows,
        "DO UPDATE SET status = 'open', reasons = excluded.reasons, person_record_id = excluded.person_record_id",
    )


def release_from_quarantine(connection: Connection, record_ids: Sequence[int]) -> None:
    """Let go what was held for identity alone, now that it is decided."""
    connection.execute(
        text("UPDATE quarantine SET status = 'released' WHERE person_record_id = ANY(:ids) AND status = 'open'"),
        {"ids": list(record_ids)},
    )


def quarantined_at(connection: Connection, topic: str, places: Sequence[tuple[int, int]]) -> list[QuarantineRow]:
    """What was quarantined of the messages at some (partition, offset) of a topic."""
    rows = connection.execute(
        text(
            'SELECT feed, raw, reasons, topic, "partition", "offset", origin, person_record_id FROM quarantine'
            ' WHERE topic = :topic AND status = \'open\' AND ("partition", "offset") IN'
            " (SELECT * FROM unnest(cast(:partitions AS int[]), cast(:offsets AS bigint[])))"
        ),
        {"topic": topic, "partitions": [place[0] for place in places], "offsets": [place[1] for place in places]},
    )
    return [
        QuarantineRow(
            row.feed,
            bytes(row.raw),
            tuple(Reason(**found) for found in row.reasons),
            row.topic,
            row.partition,
            row.offset,
            json.dumps(row.origin).encode(),
            row.person_record_id,
        )
        for row in rows
    ]


def reasons_as_json(reasons: Iterable[Reason]) -> str:
    """Reasons as they stand in the database and in a message's header."""
    return json.dumps([found._asdict() for found in reasons])


def _admitted(row: Row[Any]) -> AdmittedRow:
    fields: tuple[Any, ...] = tuple(row)
    source, event_id, feed, body_hash, recorded_at, raw, *place = fields
    return AdmittedRow(source, event_id, feed, bytes(body_hash), recorded_at, bytes(raw), *place)


def _quarantine(connection: Connection, rows: Sequence[QuarantineRow], on_conflict: str) -> set[bytes]:
    if not rows:
        return set()
    insert = (
        'INSERT INTO quarantine (feed, raw, reasons, topic, "partition", "offset", origin, person_record_id)'
        " SELECT f, r, cast(s AS jsonb), t, p, o, cast(g AS jsonb), i FROM unnest("
        "cast(:feeds AS text[]), cast(:raws AS bytea[]), cast(:reasons AS text[]), cast(:topics AS text[]),"
        " cast(:partitions AS int[]), cast(:offsets AS bigint[]), cast(:origins AS text[]),"
        " cast(:records AS bigint[])"
        ") AS u(f, r, s, t, p, o, g, i) ON CONFLICT (feed, raw_hash) "
    )
    found = connection.execute(
        text(f"{insert}{on_conflict} RETURNING raw"),
        {
            "feeds": [row.feed for row in rows],
            "raws": [row.raw for row in rows],
            "reasons": [reasons_as_json(row.reasons) for row in rows],
            "topics": [row.topic for row in rows],
            "partitions": [row.partition for row in rows],
            "offsets": [row.offset for row in rows],
            "origins": [_origin(row.origin) for row in rows],
            "records": [row.person_record_id for row in rows],
        },
    )
    return {bytes(row.raw) for row in found}


def _origin(header: bytes) -> str:
    """The origin header as JSON; a hostile one becomes an empty object, for it is not evidence of anything."""
    try:
        parsed = json.loads(header) if header else {}
    except (ValueError, RecursionError):
        return "{}"
    return json.dumps(parsed) if isinstance(parsed, dict) and b"\\u0000" not in header else "{}"
