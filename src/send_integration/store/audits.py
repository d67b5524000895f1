"""Windows for the audit of the gate's judgement, and what the audits found."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

KEPT = timedelta(days=35)
"""An audit in which all agreed is kept so long; one that differed, for ever."""


class JudgedMessage(NamedTuple):
    """A message that the gate has judged, let in or not, and when."""

    raw: bytes
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One audit of one feed's window."""

    feed: str
    audited_at: datetime
    newest_at: datetime
    events: int
    differing: tuple[str, ...]
    results: list[dict[str, Any]]


def latest_judged(engine: Engine, feed: str, topic: str, most: int) -> list[JudgedMessage]:
    """The messages of a feed that the gate judged last, newest first; each partition's end is read through its index."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT raw, at FROM (SELECT a.raw, a.admitted_at AS at FROM stream_position p CROSS JOIN LATERAL ("
                ' SELECT raw, admitted_at FROM admitted WHERE topic = p.topic AND "partition" = p."partition"'
                " ORDER BY \"offset\" DESC LIMIT :most) AS a WHERE p.reader = 'gate' AND p.topic = :topic"
                " UNION ALL SELECT q.raw, q.quarantined_at FROM (SELECT raw, quarantined_at FROM quarantine"
                " WHERE feed = :feed ORDER BY id DESC LIMIT :most) AS q) AS judged ORDER BY at DESC LIMIT :most"
            ),
            {"feed": feed, "topic": topic, "most": most},
        )
        return [JudgedMessage(bytes(row[0]), row[1]) for row in rows]


def last_audits(connection: Connection) -> dict[str, AuditRow]:
    """Each feed's last audit."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT ON (feed) feed, audited_at, newest_at, events, differing, results FROM quality_audit"
            " ORDER BY feed, audited_at DESC, id DESC"
        )
    )
    return {row[0]: AuditRow(row[0], row[1], row[2], row[3], tuple(row[4]), row[5]) for row in rows}


def keep_audits(connection: Connection, audits: Sequence[AuditRow], now: datetime) -> None:
    """Add audits, and forget old ones in which all agreed."""
    connection.execute(
        text("DELETE FROM quality_audit WHERE audited_at < :before AND differing = '{}'"), {"before": now - KEPT}
    )
    if audits:
        connection.execute(
            text(
                "INSERT INTO quality_audit (feed, audited_at, newest_at, events, differing, results)"
                " VALUES (:feed, :audited_at, :newest_at, :events, :differing, cast(:results AS jsonb))"
            ),
            [
                {
                    "feed": row.feed,
                    "audited_at": row.audited_at,
                    "newest_at": row.newest_at,
                    "events": row.events,
                    "differing": list(row.differing),
                    "results": json.dumps(row.results),
                }
                for row in audits
            ],
        )
