"""What the timeline keeps: each child's events, the answer of the day, the flags and their history."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from send_integration.contracts.event import Event, EventKey
from send_integration.contracts.registry import conflict_order
from send_integration.rules.flags import Flag, FlagChange, flag_as_json, flag_from_json
from send_integration.store.backfill_children import LEFT_TO_A_LOAD
from send_integration.store.bulk import copy_rows
from send_integration.store.chains import children_in_chains, events_with_chains
from send_integration.timeline.moves import NOBODY

LOCK_BUCKETS = 1024
"""Children share this many advisory locks: enough that two workers seldom meet, few enough for PostgreSQL's table."""

NAME_BUCKETS = 64
"""Names of events share so few, for almost all batches hold all of them, and do not exclude each other."""


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


class Part(NamedTuple):
    """One of so many parts of all children, by the locks that they share: who sweeps one waits for none who sweeps another."""

    number: int
    of: int


EVERYBODY = Part(0, 1)


class Displaced(NamedTuple):
    """What was kept under a source and id until another child or another body took its place.

    `shown_since` is None where it did not stand on its child's answer.
    """

    key: EventKey
    child_id: str
    now_child: str
    body: bytes
    shown_since: datetime | None


class KeptBatch(NamedTuple):
    """Every child that a batch of events touches, and what it displaced."""

    children: set[str]
    displaced: list[Displaced]


class OnAnswer(IntEnum):
    """How a kept event stood on its child's stored answer: not at all, only since this transaction, or since before."""

    NOT = 0
    SINCE_NOW = 1
    SINCE_BEFORE = 2


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One child's answer and what lists need of it."""

    child_id: str
    answer: Mapping[str, Any]
    named_workers: Sequence[Mapping[str, Any]]
    given_name: str
    family_name: str
    date_of_birth: date
    years_above: int
    need: int
    open_flags: int
    restricted: bool
    evaluated_on: date
    next_change_on: date | None
    judged_by: str
    panel: Mapping[str, Any]
    snapshot: Mapping[str, Any] | None


_CHILD_COLUMNS = (
    ("child_id", "text"),
    ("answer", "jsonb"),
    ("named_workers", "jsonb"),
    ("given_name", "text"),
    ("family_name", "text"),
    ("date_of_birth", "date"),
    ("years_above", "int2"),
    ("need", "int4"),
    ("open_flags", "int4"),
    ("restricted", "bool"),
    ("evaluated_on", "date"),
    ("next_change_on", "date"),
    ("judged_by", "text"),
    ("panel", "jsonb"),
    ("snapshot", "jsonb"),
)


class KeptChildren(NamedTuple):
    """Of children whose answers were written, the former named workers of those for whom they changed, and those of whom
    other things may now be told under a pseudonym than before."""

    former_workers: dict[str, list[dict[str, Any]]]
    told_otherwise: set[str]


def lock_children(connection: Connection, children: Iterable[str]) -> None:
    """Wait until no other worker evaluates any of these children; released with the transaction."""
    connection.execute(
        text(
            "SELECT pg_advisory_xact_lock(821, bucket) FROM (SELECT DISTINCT abs(hashtext(c) % :buckets) AS bucket"
            " FROM unnest(cast(:children AS text[])) AS c ORDER BY 1) AS buckets"
        ),
        {"children": sorted(children), "buckets": LOCK_BUCKETS},
    )


def keep_events(connection: Connection, events: Sequence[KeptEvent]) -> KeptBatch:
    """Keep events, of each source and id the one by the highest decision, and lock every child that this touches.

    Which children those are is known only under their locks, and locks taken one after the other would let two workers wait
    for each other for ever. So where others come to light, all locks are let go and all are taken anew together; and the
    children who have the events now come to light before any is written, for whoever evaluates them writes them too.
    """
    connection.execute(text("CREATE TEMP TABLE arrived (LIKE event) ON COMMIT DROP"))
    copy_rows(connection, "arrived", KEPT_COLUMNS, (kept.row() for kept in events))
    _lock_names(connection)
    locked = {kept.child_id for kept in events} - {NOBODY}
    while True:
        trial = connection.begin_nested()
        lock_children(connection, locked)
        touched = _children_there(connection)
        if touched <= locked:
            kept = _keep_arrived(connection, touched)
            touched = kept.children
            if touched <= locked:
                trial.commit()
                return kept
        trial.rollback()
        locked |= touched


def _children_there(connection: Connection) -> set[str]:
    """The children who have now what arrived, or what hangs together with it."""
    rows = connection.execute(text("SELECT DISTINCT e.child_id FROM arrived JOIN event e USING (source, event_id)"))
    chained = children_in_chains(connection, arrived="arrived", kept="event", child="child_id")
    return chained.union(rows.scalars()) - {NOBODY}


def _lock_names(connection: Connection) -> None:
    """Wait for other workers that bring what events of ours name and nobody has, or name what ours are.

    Where the one names is kept, its child's lock does that; here neither would see the other.
    """
    connection.execute(
        text(
            "SELECT CASE WHEN named THEN pg_advisory_xact_lock(822, bucket)"
            " ELSE pg_advisory_xact_lock_shared(822, bucket) END FROM (SELECT bucket, bool_or(named) AS named FROM ("
            "SELECT abs(hashtext(source || event_id) % :buckets) AS bucket, false AS named FROM arrived UNION ALL"
            " SELECT abs(hashtext(source || target) % :buckets), true FROM arrived a WHERE target IS NOT NULL AND NOT"
            " EXISTS (SELECT FROM event e WHERE e.source = a.source AND e.event_id = a.target)) AS names"
            " GROUP BY bucket ORDER BY bucket) AS buckets"
        ),
        {"buckets": NAME_BUCKETS},
    )


def _keep_arrived(connection: Connection, there: set[str]) -> KeptBatch:
    """Each event counts as shown from now on, until the answers prove otherwise: almost all of them stand."""
    children = set(there)
    written = connection.execute(
        text(
            "INSERT INTO event AS kept (source, event_id, child_id, decision, recorded_at, target, body, shown_since)"
            " SELECT source, event_id, child_id, decision, recorded_at, target, body,"
            " CASE WHEN child_id <> '' THEN now() END FROM arrived ORDER BY source, event_id"
            " ON CONFLICT (source, event_id) DO UPDATE SET child_id = excluded.child_id,"
            " decision = excluded.decision, recorded_at = excluded.recorded_at, target = excluded.target,"
            " body = excluded.body, shown_since = CASE WHEN kept.child_id = excluded.child_id"
            " AND kept.body = excluded.body THEN kept.shown_since ELSE excluded.shown_since END"
            " WHERE excluded.decision > kept.decision OR (excluded.decision = kept.decision"
            " AND (excluded.recorded_at, excluded.body) < (kept.recorded_at, kept.body))"
            " RETURNING new.child_id, CASE WHEN (old.child_id, old.body) <> (new.child_id, new.body)"
            " THEN jsonb_build_array(old.source, old.event_id, old.child_id) END, old.body, old.shown_since"
        )
    )
    displaced: list[Displaced] = []
    for now_child, former, body, shown_since in written:
        children.add(now_child)
        if former is not None:
            source, event_id, child_id = former
            displaced.append(Displaced(EventKey(source, event_id), child_id, now_child, bytes(body), shown_since))
            children.add(child_id)
    children |= children_in_chains(connection, arrived="arrived", kept="event", child="child_id")
    return KeptBatch(children - {NOBODY}, displaced)


def events_of_children(connection: Connection, children: Iterable[str]) -> list[tuple[str, bytes, int]]:
    """Every event of some children and those of others that hang together with one of theirs: child, body, OnAnswer."""
    mark = (
        f"CASE WHEN e.shown_since IS NULL THEN {OnAnswer.NOT:d} WHEN e.shown_since = now() THEN {OnAnswer.SINCE_NOW:d}"
        f" ELSE {OnAnswer.SINCE_BEFORE:d} END"
    )
    return events_with_chains(connection, children, kept="event", child="child_id", mark=mark)


def gave_way(connection: Connection, keys: Sequence[EventKey]) -> set[EventKey]:
    """Those of some kept events whose body is no longer the one that is admitted: the source said otherwise earlier."""
    if not keys:
        return set()
    rows = connection.execute(
        text(
            "SELECT e.source, e.event_id FROM event e JOIN admitted a USING (source, event_id)"
            " WHERE (e.source, e.event_id) IN (SELECT * FROM unnest(cast(:sources AS text[]), cast(:ids AS text[])))"
            " AND a.body_hash <> sha256(e.body)"
        ),
        {"sources": [key.source for key in keys], "ids": [key.id for key in keys]},
    )
    return {EventKey(row[0], row[1]) for row in rows}


def open_flags(connection: Connection, children: Iterable[str]) -> dict[str, dict[str, Flag]]:
    """The open flags of some children, by child and flag."""
    query = text("SELECT child_id, content FROM flag WHERE child_id = ANY(:children) AND status = 'open'")
    rows = connection.execute(query, {"children": sorted(children)})
    found: dict[str, dict[str, Flag]] = {}
    for child_id, content in rows:
        flag = flag_from_json(content)
        found.setdefault(child_id, {})[flag.flag_id] = flag
    return found


def keep_flags(connection: Connection, changes: Sequence[FlagChange], at: datetime) -> None:
    """Keep how flags now stand, and each change for ever, in their order."""
    if not changes:
        return
    rows = {
        "ids": [change.flag.flag_id for change in changes],
        "children": [change.flag.child_id for change in changes],
        "changes": [change.change for change in changes],
        "contents": [json.dumps(flag_as_json(change.flag)) for change in changes],
        "because": [change.because for change in changes],
    }
    arrays = (
        "unnest(cast(:ids AS text[]), cast(:children AS text[]), cast(:changes AS text[]), cast(:contents AS text[]),"
        " cast(:because AS text[])) WITH ORDINALITY AS u(flag_id, child_id, change, content, because, number)"
    )
    connection.execute(
        text(
            "INSERT INTO flag (flag_id, child_id, status, content, raised_at)"  # noqa: S608 - a constant of ours
            " SELECT DISTINCT ON (flag_id) flag_id, child_id, CASE change WHEN 'cleared' THEN 'cleared' ELSE 'open' END,"
            f" cast(content AS jsonb), :at FROM {arrays} ORDER BY flag_id, number DESC"
            " ON CONFLICT (flag_id) DO UPDATE SET status = excluded.status, content = excluded.content,"
            " child_id = excluded.child_id,"
            " raised_at = CASE flag.status WHEN 'open' THEN flag.raised_at ELSE excluded.raised_at END"
        ),
        {**rows, "at": at},
    )
    # The moment of a change is the database's own, as that of a look (table audit) is: they are compared.
    connection.execute(
        text(
            "INSERT INTO flag_change (flag_id, child_id, change, content, because, changed_at)"  # noqa: S608 - ours
            " SELECT flag_id, child_id, change, cast(content AS jsonb), because, clock_timestamp()"
            f" FROM {arrays} ORDER BY number"
        ),
        rows,
    )


def reword_flags(connection: Connection, flags: Sequence[Flag]) -> None:
    """Keep flags in the words in which they now stand; to their history that is no change."""
    if flags:
        connection.execute(
            text(
                "UPDATE flag f SET content = cast(u.content AS jsonb) FROM unnest(cast(:ids AS text[]),"
                " cast(:contents AS text[])) AS u(flag_id, content) WHERE f.flag_id = u.flag_id"
            ),
            {
                "ids": [flag.flag_id for flag in flags],
                "contents": [json.dumps(flag_as_json(flag)) for flag in flags],
            },
        )


def keep_children(connection: Connection, rows: Sequence[ChildRow]) -> KeptChildren:
    """Write the answers of some children anew."""
    if not rows:
        return KeptChildren({}, set())
    connection.execute(text("CREATE TEMP TABLE answered (LIKE child) ON COMMIT DROP"))
    names = ", ".join(name for name, _ in _CHILD_COLUMNS)
    connection.execute(text("ALTER TABLE answered ALTER updated_at DROP NOT NULL"))
    copy_rows(connection, "answered", _CHILD_COLUMNS, map(_as_copied, rows))
    sets = ", ".join(f"{name} = excluded.{name}" for name, _ in _CHILD_COLUMNS[1:])
    written = connection.execute(
        text(
            f"INSERT INTO child ({names}) SELECT {names} FROM answered ORDER BY child_id"  # noqa: S608 - constants of ours
            f" ON CONFLICT (child_id) DO UPDATE SET {sets}, updated_at = now() RETURNING new.child_id,"
            " CASE WHEN old.named_workers <> new.named_workers THEN old.named_workers END,"
            " old.snapshot IS DISTINCT FROM new.snapshot"
        )
    ).all()
    return KeptChildren(
        {child_id: former for child_id, former, _ in written if former is not None},
        {child_id for child_id, _, otherwise in written if otherwise},
    )


def forget_children(connection: Connection, children: Iterable[str]) -> set[str]:
    """Remove children of whom no event is left; gives those of whom something was told under a pseudonym."""
    rows = connection.execute(
        text("DELETE FROM child WHERE child_id = ANY(:children) RETURNING child_id, snapshot IS NOT NULL"),
        {"children": sorted(children)},
    )
    return {child_id for child_id, told in rows if told}


def children_due(connection: Connection, today: date, limit: int, part: Part = EVERYBODY) -> list[str]:
    """Children of a part whose answer may have changed by the calendar alone.

    They come lock by lock, so that a sweep holds few locks at a time and the stream seldom waits for it.
    """
    rows = connection.execute(
        text(
            "SELECT child_id FROM (SELECT child_id, abs(hashtext(child_id) % :buckets) AS bucket FROM child"  # noqa: S608 - ours
            f" WHERE next_change_on <= :today AND NOT {LEFT_TO_A_LOAD}) AS due"
            " WHERE bucket % :parts = :part ORDER BY bucket, child_id LIMIT :limit"
        ),
        {"today": today, "limit": limit, "buckets": LOCK_BUCKETS, "part": part.number, "parts": part.of},
    )
    return [row[0] for row in rows]


def still_due(connection: Connection, children: Sequence[str], today: date, fingerprint: str) -> set[str]:
    """Those of some locked children whom nobody has evaluated since they were found to be due, or judged by other rules."""
    rows = connection.execute(
        text(
            "SELECT child_id FROM (SELECT child_id FROM child WHERE next_change_on <= :today OR judged_by <> :fingerprint"  # noqa: S608 - ours
            " UNION SELECT child_id FROM unjudged WHERE tried_on < :today OR judged_by <> :fingerprint) AS due"
            f" WHERE child_id = ANY(:children) AND NOT {LEFT_TO_A_LOAD}"
        ),
        {"children": list(children), "today": today, "fingerprint": fingerprint},
    )
    return {row[0] for row in rows}


def make_all_due(connection: Connection, today: date) -> int:
    """Let every child be evaluated by the sweeps that follow; gives how many there are.

    It waits until nobody evaluates anybody: some answers are written, others taken away, in no one order.
    """
    connection.execute(
        text("SELECT pg_advisory_xact_lock(821, bucket) FROM generate_series(0, :last) AS bucket"),
        {"last": LOCK_BUCKETS - 1},
    )
    return connection.execute(
        text("UPDATE child SET next_change_on = :today WHERE next_change_on IS NULL OR next_change_on > :today"),
        {"today": today},
    ).rowcount


def _as_copied(row: ChildRow) -> list[object]:
    told = ((getattr(row, name), kind) for name, kind in _CHILD_COLUMNS)
    return [Jsonb(value) if kind == "jsonb" and value is not None else value for value, kind in told]
