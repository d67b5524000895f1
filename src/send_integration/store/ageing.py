"""Rows that are no child's record, or no longer needed beside it, and go when they are too old."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, text

from send_integration.store.erased import Mark, Marks, keep_marks

_NO_ACT_SINCE = "NOT EXISTS (SELECT FROM quarantine_act x WHERE x.item = quarantine.id AND x.at >= :before)"


def _free(table: str, key: str, condition: str) -> str:
    """The rows that meet a condition, by their keys, but those that somebody holds: whoever waited for one while holding
    others could wait in a ring. The next run takes them."""
    return f"SELECT {key} FROM {table} WHERE {condition} FOR UPDATE SKIP LOCKED"  # noqa: S608 - names of ours


def _gone(table: str, key: str, condition: str) -> str:
    return f"DELETE FROM {table} WHERE {key} IN ({_free(table, key, condition)})"  # noqa: S608 - as above


AGEING: Mapping[str, tuple[str, ...]] = {
    "released-from-quarantine": (
        (
            "CREATE TEMP TABLE ageing_item ON COMMIT DROP AS "
            + _free("quarantine", "id", "status = 'released' AND quarantined_at < :before AND " + _NO_ACT_SINCE)
        ),
        "DELETE FROM quarantine_act WHERE item IN (SELECT id FROM ageing_item)",
        "DELETE FROM quarantine WHERE id IN (SELECT id FROM ageing_item)",
    ),
    "delivery": (_gone("delivery", "message_id", "sent_at < :before"),),
    "notice": (
        "CREATE TEMP TABLE ageing_notice ON COMMIT DROP AS " + _free("notice", "notice_id", "read_at < :before"),
        "DELETE FROM notice_entry WHERE notice_id IN (SELECT notice_id FROM ageing_notice)",
        "DELETE FROM notice WHERE notice_id IN (SELECT notice_id FROM ageing_notice)",
    ),
    "digest": (_gone("digest", "digest_id", "made_at < :before"),),
    "alert-load": ("DELETE FROM alert_load WHERE day < cast(:before AS timestamptz)",),
    "inbox-visit": ("DELETE FROM inbox_visit WHERE seen_at < :before",),
    "session": ("DELETE FROM session WHERE expires_at < :before",),
    "sign-in-attempt": ("DELETE FROM sign_in_attempt WHERE expires_at < :before",),
}
"""What goes by statements alone, by the name that a rule gives it."""

DISCARDED = "discarded-from-quarantine"
"""What goes and leaves a mark, for it is counted and is to stay out."""

KNOWN = frozenset((*AGEING, DISCARDED))

_DISCARDED = f"status = 'discarded' AND quarantined_at < :before AND {_NO_ACT_SINCE}"


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
