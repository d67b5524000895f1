"""What the gate keeps in quarantine, finds there again, and lets go; every act on an item is written down."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from send_integration.contracts.event import Reason
from send_integration.contracts.glimpse import glimpse

BY_GATE = "gate"
"""Who did what no person did."""


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
    adapter_reasons: tuple[Reason, ...] = ()


class Met(NamedTuple):
    """An item whose bytes have come again, and the message at which it is counted."""

    id: int
    raw: bytes
    topic: str
    partition: int
    offset: int
    status: str
    replay: int | None


_MET = 'id, raw, topic, "partition", "offset", status, replay'
_COUNTED = "status <> 'released' AND person_record_id IS NULL"
"""Items that are counted as quarantined and wait for no decision on identity."""

_WRITE_DOWN = (
    "INSERT INTO quarantine_act (item, act, by, why, reasons)"  # noqa: S608 - a constant of ours
    f" SELECT id, cast(:act AS text), '{BY_GATE}', cast(:why AS text), reasons FROM changed ORDER BY id"
)


def items_of_bytes(connection: Connection, feed: str, raws: Sequence[bytes]) -> list[int]:
    """The items of a feed that are some bytes."""
    rows = connection.execute(
        text(
            f"SELECT id FROM quarantine WHERE {_COUNTED} AND feed = :feed"  # noqa: S608 - a constant of ours
            " AND raw_hash IN (SELECT sha256(r) FROM unnest(cast(:raws AS bytea[])) AS u(r))"
        ),
        {"feed": feed, "raws": list(raws)},
    )
    return [row[0] for row in rows]


def lock_met(connection: Connection, ids: Iterable[int]) -> list[Met]:
    """Those of some items that are counted as quarantined still; none changes until the transaction ends."""
    rows = connection.execute(
        text(f"SELECT {_MET} FROM quarantine WHERE {_COUNTED} AND id = ANY(:ids) ORDER BY id FOR UPDATE"),  # noqa: S608
        {"ids": sorted(set(ids))},
    )
    return [_met(row) for row in rows]


def quarantine_new(connection: Connection, rows: Sequence[QuarantineRow]) -> set[bytes]:
    """Keep bytes that were not let in; gives those that were new, for the same bytes twice are one item."""
    return _quarantine(connection, rows, "DO NOTHING")


def quarantine_again(connection: Connection, rows: Sequence[QuarantineRow]) -> list[Met]:
    """Keep bytes that had been let in and are so no longer; gives the items that were counted at another message."""
    if not rows:
        return []
    counted = connection.execute(
        text(
            f"SELECT {_MET} FROM quarantine WHERE {_COUNTED} AND (feed, raw_hash) IN"  # noqa: S608 - constants of ours
            " (SELECT f, sha256(r) FROM unnest(cast(:feeds AS text[]), cast(:raws AS bytea[])) AS u(f, r))"
            " ORDER BY id FOR UPDATE"
        ),
        {"feeds": [row.feed for row in rows], "raws": [row.raw for row in rows]},
    )
    elsewhere = [_met(row) for row in counted]
    _quarantine(
        connection,
        rows,
        "DO UPDATE SET status = 'open', reasons = excluded.reasons, person_record_id = excluded.person_record_id,"
        ' topic = excluded.topic, "partition" = excluded."partition", "offset" = excluded."offset", replay = NULL,'
        " adapter_reasons = excluded.adapter_reasons,"
        " quarantined_at = CASE quarantine.status WHEN 'released' THEN now() ELSE quarantine.quarantined_at END",
    )
    return elsewhere


def release_decided(connection: Connection, record_ids: Sequence[int]) -> None:
    """Let go what was held for identity alone, now that it is decided."""
    connection.execute(
        text(
            "WITH changed AS (UPDATE quarantine SET status = 'released' WHERE person_record_id = ANY(:ids)"  # noqa: S608
            f" AND status = 'open' RETURNING id, reasons) {_WRITE_DOWN}"
        ),
        {"ids": list(record_ids), "act": "released", "why": "it is decided whose record it is"},
    )


def release_let_in(connection: Connection, items: Iterable[Met]) -> None:
    """Let go items whose bytes came again and are let in now."""
    connection.execute(
        text(
            "WITH changed AS (UPDATE quarantine SET status = 'released', replay = NULL WHERE id = ANY(:ids)"  # noqa: S608
            f" RETURNING id, reasons) {_WRITE_DOWN}"
        ),
        {"ids": [item.id for item in items], "act": "released", "why": "its bytes came again and were let in"},
    )


def refuse_again(connection: Connection, rows: Mapping[int, QuarantineRow]) -> None:
    """Note on items that were replayed, by their numbers, that they were refused again, and why this time."""
    connection.execute(
        text(
            "WITH changed AS (UPDATE quarantine q SET reasons = cast(s AS jsonb),"  # noqa: S608 - a constant of ours
            " adapter_reasons = cast(a AS jsonb),"
            " replay = NULL FROM unnest(cast(:ids AS bigint[]), cast(:reasons AS text[]), cast(:adapters AS text[]))"
            f" AS u(i, s, a) WHERE q.id = i RETURNING q.id, q.reasons) {_WRITE_DOWN}"
        ),
        {
            "ids": list(rows),
            "reasons": [reasons_as_json(row.reasons) for row in rows.values()],
            "adapters": [reasons_as_json(row.adapter_reasons) for row in rows.values()],
            "act": "refused-again",
            "why": "",
        },
    )


def quarantined_at(connection: Connection, topic: str, places: Sequence[tuple[int, int]]) -> list[QuarantineRow]:
    """What was quarantined of the messages at some (partition, offset) of a topic.

    By most nothing was, so what there is between the first and the last is looked at, and not one place after the other.
    """
    first, last = min(places), max(places)
    rows = connection.execute(
        text(
            'SELECT feed, raw, reasons, topic, "partition", "offset", origin, person_record_id FROM quarantine'
            " WHERE topic = :topic AND status = 'open'"
            ' AND ("partition", "offset") >= (cast(:first_partition AS int), cast(:first_offset AS bigint))'
            ' AND ("partition", "offset") <= (cast(:last_partition AS int), cast(:last_offset AS bigint))'
            ' AND ("partition", "offset") IN'
            " (SELECT * FROM unnest(cast(:partitions AS int[]), cast(:offsets AS bigint[])))"
        ),
        {
            "topic": topic,
            "partitions": [place[0] for place in places],
            "offsets": [place[1] for place in places],
            "first_partition": first[0],
            "first_offset": first[1],
            "last_partition": last[0],
            "last_offset": last[1],
        },
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


def _quarantine(connection: Connection, rows: Sequence[QuarantineRow], on_conflict: str) -> set[bytes]:
    if not rows:
        return set()
    # in one order for all: two workers may keep the same bytes, and must not wait for each other
    ordered = sorted(rows, key=lambda row: row.raw)
    told = [glimpse(row.raw) for row in ordered]
    found = connection.execute(
        text(
            "WITH changed AS (INSERT INTO quarantine"  # noqa: S608 - constants of ours
            ' (feed, raw, reasons, topic, "partition", "offset", origin, person_record_id, adapter_reasons, source, event_id,'
            " local_id, restricted) SELECT f, r, cast(s AS jsonb), t, p, o, cast(g AS jsonb), i, cast(a AS jsonb), c, e, l, h"
            " FROM unnest(cast(:feeds AS text[]), cast(:raws AS bytea[]), cast(:reasons AS text[]), cast(:topics AS text[]),"
            " cast(:partitions AS int[]), cast(:offsets AS bigint[]), cast(:origins AS text[]), cast(:records AS bigint[]),"
            " cast(:adapters AS text[]), cast(:sources AS text[]), cast(:event_ids AS text[]), cast(:local_ids AS text[]),"
            " cast(:hidden AS boolean[])) AS u(f, r, s, t, p, o, g, i, a, c, e, l, h)"
            f" ON CONFLICT (feed, raw_hash) {on_conflict} RETURNING id, raw, reasons),"
            f" written AS ({_WRITE_DOWN}) SELECT raw FROM changed"
        ),
        {
            "feeds": [row.feed for row in ordered],
            "raws": [row.raw for row in ordered],
            "reasons": [reasons_as_json(row.reasons) for row in ordered],
            "topics": [row.topic for row in ordered],
            "partitions": [row.partition for row in ordered],
            "offsets": [row.offset for row in ordered],
            "origins": [_origin(row.origin) for row in ordered],
            "records": [row.person_record_id for row in ordered],
            "adapters": [reasons_as_json(row.adapter_reasons) for row in ordered],
            "sources": [seen.source for seen in told],
            "event_ids": [seen.event_id for seen in told],
            "local_ids": [seen.local_id for seen in told],
            "hidden": [seen.restricted for seen in told],
            "act": "quarantined",
            "why": "",
        },
    )
    return {bytes(row.raw) for row in found}


def _met(row: Row[Any]) -> Met:
    fields: tuple[Any, ...] = tuple(row)
    item_id, raw, *rest = fields
    return Met(item_id, bytes(raw), *rest)


def _origin(header: bytes) -> str:
    """The origin header as JSON that the database takes; a hostile one becomes an empty object, for it is not evidence of
    anything."""
    try:
        parsed = json.loads(header) if header else {}
        kept = json.dumps(parsed, ensure_ascii=False, allow_nan=False)
        kept.encode()
    except (ValueError, RecursionError):
        return "{}"
    return kept if isinstance(parsed, dict) and "\\u0000" not in kept else "{}"
