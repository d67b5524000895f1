"""Rows that are no child's record, or no longer needed beside it, and go when they are too old."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, text

from send_integration.store.erased import Mark, Marks, keep_marks

AGEING: Mapping[str, tuple[str, ...]] = {
    "released-from-quarantine": (
        (
            "CREATE TEMP TABLE ageing_item ON COMMIT DROP AS SELECT id FROM quarantine WHERE status = 'released'"
            " AND quarantined_at < :before AND NOT EXISTS (SELECT FROM quarantine_act x WHERE x.item = quarantine.id"
            " AND x.at >= :before)"
        ),
        "DELETE FROM quarantine_act WHERE item IN (SELECT id FROM ageing_item)",
        "DELETE FROM quarantine WHERE id IN (SELECT id FROM ageing_item)",
    ),
    "delivery": ("DELETE FROM delivery WHERE sent_at < :before",),
    "notice": (
        "DELETE FROM notice_entry WHERE notice_id IN (SELECT notice_id FROM notice WHERE read_at < :before)",
        "DELETE FROM notice WHERE read_at < :before",
    ),
    "digest": ("DELETE FROM digest WHERE made_at < :before",),
    "alert-load": ("DELETE FROM alert_load WHERE day < cast(:before AS timestamptz)",),
    "inbox-visit": ("DELETE FROM inbox_visit WHERE seen_at < :before",),
    "session": ("DELETE FROM session WHERE expires_at < :before",),
    "sign-in-attempt": ("DELETE FROM sign_in_attempt WHERE expires_at < :before",),
}
"""What goes by statements alone, by the name that a rule gives it."""

DISCARDED = "discarded-from-quarantine"
"""What goes and leaves a mark, for it is counted and is to stay out."""

KNOWN = frozenset((*AGEING, DISCARDED))

_DISCARDED = (
    "status = 'discarded' AND quarantined_at < :before AND NOT EXISTS (SELECT FROM quarantine_act x"
    " WHERE x.item = quarantine.id AND x.at >= :before)"
)


def forget_aged(connection: Connection, name: str, before: datetime) -> int:
    """Erase what a rule names and is older than a moment; gives how many rows went of all its tables."""
    gone = 0
    for statement in AGEING[name]:
        done = connection.execute(text(statement), {"before": before} if ":before" in statement else {})
        gone += done.rowcount if statement.startswith("DELETE") else 0
    return gone


def aged_items(connection: Connection, before: datetime) -> list[tuple[int, str, bytes]]:
    """Items that were discarded before a moment: number, feed, and the hash of the bytes; none changes until the transaction
    ends."""
    rows = connection.execute(
        text(f"SELECT id, feed, raw_hash FROM quarantine WHERE {_DISCARDED} ORDER BY id FOR UPDATE"),  # noqa: S608 - ours
        {"before": before},
    )
    return [(row[0], row[1], bytes(row[2])) for row in rows]


def forget_items(connection: Connection, marks: Marks, items: list[tuple[int, str, bytes]]) -> int:
    """Erase items, each of which stays counted, and out, by the mark of its bytes; gives how many rows went."""
    made = [Mark(marks.of_bytes(feed, raw_hash), "bytes", feed, "quarantined") for _, feed, raw_hash in items]
    keep_marks(connection, marks, made)
    given = {"ids": [number for number, _, _ in items]}
    gone = connection.execute(text("DELETE FROM quarantine_act WHERE item = ANY(:ids)"), given).rowcount
    return gone + connection.execute(text("DELETE FROM quarantine WHERE id = ANY(:ids)"), given).rowcount
