"""Children whom a fault of ours kept from being judged: they stand as they did, and are tried again."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, text

from send_integration.store.backfill_children import LEFT_TO_A_LOAD
from send_integration.store.timelines import LOCK_BUCKETS, Part


class Unjudged(NamedTuple):
    """One fault, how many children it kept from being judged, and since when."""

    fault: str
    children: int
    since: datetime


AGAIN = "(tried_on < :today OR judged_by <> :fingerprint)"
"""On another day something else may be due, and other rules may know better."""


def keep_unjudged(
    connection: Connection, faults: Mapping[str, str], tried: Collection[str], today: date, fingerprint: str
) -> None:
    """Keep the fault of each child that has one, for all who were `tried`; a child's answer is tried again tomorrow."""
    connection.execute(
        text("DELETE FROM unjudged WHERE child_id = ANY(:judged)"), {"judged": sorted(set(tried) - faults.keys())}
    )
    if not faults:
        return
    rows = {"children": sorted(faults), "faults": [faults[child] for child in sorted(faults)]}
    connection.execute(
        text(
            "INSERT INTO unjudged (child_id, fault, tried_on, judged_by) SELECT child_id, fault, :today, :fingerprint"
            " FROM unnest(cast(:children AS text[]), cast(:faults AS text[])) AS u(child_id, fault)"
            " ON CONFLICT (child_id) DO UPDATE SET fault = excluded.fault, tried_on = excluded.tried_on,"
            " judged_by = excluded.judged_by"
        ),
        {**rows, "today": today, "fingerprint": fingerprint},
    )
    connection.execute(
        text("UPDATE child SET next_change_on = :tomorrow, judged_by = :fingerprint WHERE child_id = ANY(:children)"),
        {"children": rows["children"], "tomorrow": today + timedelta(1), "fingerprint": fingerprint},
    )


def unjudged_due(connection: Connection, today: date, fingerprint: str, limit: int, part: Part) -> list[str]:
    """Those of a part who are to be tried again and have no answer: whoever has one is due by its own date."""
    rows = connection.execute(
        text(
            f"SELECT child_id FROM unjudged u WHERE {AGAIN} AND NOT {LEFT_TO_A_LOAD}"  # noqa: S608 - a constant of ours
            " AND abs(hashtext(child_id) % :buckets) % :parts = :part"
            " AND NOT EXISTS (SELECT FROM child c WHERE c.child_id = u.child_id) ORDER BY child_id LIMIT :limit"
        ),
        {
            "today": today,
            "fingerprint": fingerprint,
            "limit": limit,
            "buckets": LOCK_BUCKETS,
            "part": part.number,
            "parts": part.of,
        },
    )
    return [row[0] for row in rows]


def faults_told_of(connection: Connection) -> list[Unjudged]:
    """Each fault that keeps children from being judged now, most children first."""
    rows = connection.execute(
        text("SELECT fault, count(*), min(since) FROM unjudged GROUP BY fault ORDER BY count(*) DESC, fault")
    )
    return [Unjudged(*row) for row in rows]
