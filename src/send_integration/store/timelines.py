"""What the timeline keeps: each child's events, the answer of the day, the flags and their history."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from send_integration.contracts.event import Event
from send_integration.contracts.registry import conflict_order
from send_integration.rules.flags import Flag, FlagChange, flag_as_json, flag_from_json
from send_integration.store.bulk import copy_rows
from send_integration.store.chains import children_in_chains

LOCK_BUCKETS = 1024
"""Children share this many advisory locks: enough that two workers seldom meet, few enough for PostgreSQL's table."""

NOBODY = ""
"""The child of an event that a later decision took from its child and gave to none."""


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event as a decision gives it to a child, or to nobody."""

    event: Event
    child_id: str
    decision: int

    def rank(self) -> tuple[int, datetime, bytes]:
        """Of one source and id the event with the smallest rank is kept: the highest decision, then recorded first."""
        return -self.decision, *conflict_order(self.event)

    def row(self) -> tuple[object, ...]:
        """Its values in the order of KEPT_COLUMNS; the target is what it corrects or retracts."""
        event = self.event
        target = event.corrects or event.retracts
        return event.source, event.id, self.child_id, self.decision, event.recorded_at, target, event.body


KEPT_COLUMNS = (
    ("source", "text"),
    ("event_id", "text"),
    ("child_id", "text"),
    ("decision", "int8"),
    ("recorded_at", "timestamptz"),
    ("target", "text"),
    ("body", "bytea"),
)


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One child's answer and what lists need of it."""

    child_id: str
    answer: Mapping[str, Any]
    named_workers: Sequence[Mapping[str, Any]]
    given_name: str
    family_name: str
    date_of_birth: date
    need: int
    open_flags: int
    restricted: bool
    evaluated_on: date
    next_change_on: date | None


def lock_children(connection: Connection, children: Iterable[str]) -> None:
    """Wait until no other worker evaluates any of these children; released with the transaction."""
    connection.execute(
        text(
            "SELECT pg_advisory_xact_lock(821, bucket) FROM (SELECT DISTINCT abs(hashtext(c) % :buckets) AS bucket"
            " FROM unnest(cast(:children AS text[])) AS c ORDER BY 1) AS buckets"
        ),
        {"children": sorted(children), "buckets": LOCK_BUCKETS},
    )


def keep_events(connection: Connection, events: Sequence[KeptEvent]) -> set[str]:
    """Keep events, of each source and id the one by the highest decision; give every child this touches."""
    connection.execute(text("CREATE TEMP TABLE arrived (LIKE event) ON COMMIT DROP"))
    copy_rows(connection, "arrived", KEPT_COLUMNS, (kept.row() for kept in events))
    chained = children_in_chains(connection, arrived="arrived", kept="event", child="child_id")
    touched = connection.execute(
        text(
            "INSERT INTO event AS kept (source, event_id, child_id, decision, recorded_at, target, body)"
            " SELECT source, event_id, child_id, decision, recorded_at, target, body FROM arrived"
            " ORDER BY source, event_id"
            " ON CONFLICT (source, event_id) DO UPDATE SET child_id = excluded.child_id,"
            " decision = excluded.decision, recorded_at = excluded.recorded_at, target = excluded.target,"
            " body = excluded.body"
            " WHERE excluded.decision > kept.decision OR (excluded.decision = kept.decision"
            " AND (excluded.recorded_at, excluded.body) < (kept.recorded_at, kept.body))"
            " RETURNING old.child_id, new.child_id"
        )
    )
    children = {child for row in touched for child in row if child}
    return children | chained | children_in_chains(connection, arrived="arrived", kept="event", child="child_id")


def open_flags(connection: Connection, children: Iterable[str]) -> dict[str, dict[str, Flag]]:
    """The open flags of some children, by child and flag."""
    rows = connection.execute(
        text("SELECT child_id, content FROM flag WHERE child_id = ANY(:children) AND status = 'open'"),
        {"children": sorted(children)},
    )
    found: dict[str, dict[str, Flag]] = {}
    for child_id, content in rows:
        flag = flag_from_json(content)
        found.setdefault(child_id, {})[flag.flag_id] = flag
    return found


def keep_flags(connection: Connection, changes: Sequence[FlagChange], at: datetime) -> None:
    """Keep how flags now stand, and each change for ever."""
    if not changes:
        return
    rows = {
        "ids": [change.flag.flag_id for change in changes],
        "children": [change.flag.child_id for change in changes],
        "changes": [change.change for change in changes],
        "contents": [json.dumps(flag_as_json(change.flag)) for change in changes],
        "at": at,
    }
    arrays = (
        "unnest(cast(:ids AS text[]), cast(:children AS text[]), cast(:changes AS text[]), cast(:contents AS text[]))"
        " AS u(flag_id, child_id, change, content)"
    )
    connection.execute(
        text(
            "INSERT INTO flag (flag_id, child_id, status, content, raised_at)"  # noqa: S608 - a constant of ours
            " SELECT flag_id, child_id, CASE change WHEN 'cleared' THEN 'cleared' ELSE 'open' END,"
            f" cast(content AS jsonb), :at FROM {arrays}"
            " ON CONFLICT (flag_id) DO UPDATE SET status = excluded.status, content = excluded.content,"
            " child_id = excluded.child_id"
        ),
        rows,
    )
    connection.execute(
        text(
            "INSERT INTO flag_change (flag_id, child_id, change, content, changed_at)"  # noqa: S608 - a constant of ours
            f" SELECT flag_id, child_id, change, cast(content AS jsonb), :at FROM {arrays}"
        ),
        rows,
    )


def keep_children(connection: Connection, rows: Sequence[ChildRow]) -> None:
    """Write the answers of some children anew."""
    if not rows:
        return
    connection.execute(text("CREATE TEMP TABLE answered (LIKE child) ON COMMIT DROP"))
    columns = (
        ("child_id", "text"),
        ("answer", "jsonb"),
        ("named_workers", "jsonb"),
        ("given_name", "text"),
        ("family_name", "text"),
        ("date_of_birth", "date"),
        ("need", "int4"),
        ("open_flags", "int4"),
        ("restricted", "bool"),
        ("evaluated_on", "date"),
        ("next_change_on", "date"),
    )
    names = ", ".join(name for name, _ in columns)
    connection.execute(text("ALTER TABLE answered ALTER updated_at DROP NOT NULL"))
    copy_rows(connection, "answered", columns, map(_as_copied, rows))
    sets = ", ".join(f"{name} = excluded.{name}" for name, _ in columns[1:])
    connection.execute(
        text(
            f"INSERT INTO child ({names}) SELECT {names} FROM answered ORDER BY child_id"  # noqa: S608 - constants of ours
            f" ON CONFLICT (child_id) DO UPDATE SET {sets}, updated_at = now()"
        )
    )


def forget_children(connection: Connection, children: Iterable[str]) -> None:
    """Remove children of whom no event is left."""
    connection.execute(text("DELETE FROM child WHERE child_id = ANY(:children)"), {"children": sorted(children)})


def children_due(connection: Connection, today: date, limit: int) -> list[str]:
    """Children whose answer may have changed by the calendar alone."""
    rows = connection.execute(
        text(
            "SELECT child_id FROM child WHERE next_change_on <= :today ORDER BY next_change_on, child_id LIMIT :limit"
        ),
        {"today": today, "limit": limit},
    )
    return [row[0] for row in rows]


def _as_copied(row: ChildRow) -> list[object]:
    return [
        row.child_id,
        Jsonb(row.answer),
        Jsonb(row.named_workers),
        row.given_name,
        row.family_name,
        row.date_of_birth,
        row.need,
        row.open_flags,
        row.restricted,
        row.evaluated_on,
        row.next_change_on,
    ]
