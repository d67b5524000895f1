"""What is kept of the panel's work beside its events: agendas, words under way, and what was seen when it decided."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.contracts.event import EventKey
from send_integration.store.bulk import copy_rows
from send_integration.store.flags import URGENCY
from send_integration.timeline.panel import Listing
from send_integration.timeline.seen import (
    Seen,
    seen_as_json,
    seen_from_json,
    still_to_be_shown,
)

NOBODY_TYPES_SO_LONG = timedelta(days=2)
"""A form that was opened longer ago is shown anew before anybody decides by it."""


class Word(NamedTuple):
    """What somebody said of a child on our pages and the timeline has not yet; `body` is the event's own fields.

    `refused` says that the gate has put it into quarantine, so that it will not come by itself.
    """

    event_id: str
    source: str
    child_id: str
    meeting_on: date | None
    what: str
    said_by: str
    said_at: datetime
    body: Mapping[str, Any]
    refused: bool = False


class DecisionSeen(NamedTuple):
    """What the person had before them who decided on a child, and of it what may still be shown, which is `seen`.

    `child_id` is whose the decision is now; `left_out` counts the entries that were seen and are no longer that child's.
    `whole` is all that was seen: of it nothing is shown but what timeline.seen.changed_since says of it, which tells of an entry
    that is another child's that it is there no more.
    """

    child_id: str
    seen: Seen
    left_out: int
    seen_at: datetime
    whole: Seen


def panel_of(engine: Engine, child_id: str) -> dict[str, Any] | None:
    """A child's panel record as timeline.panel.panel_as_json wrote it; None where there is no such child."""
    with engine.connect() as connection:
        found: dict[str, Any] | None = connection.execute(
            text("SELECT panel FROM child WHERE child_id = :child"), {"child": child_id}
        ).scalar()
        return found


def seen_of(engine: Engine, child_ids: Iterable[str]) -> dict[str, Seen]:
    """Some children as they stand now; of one that is not there, nothing."""
    with engine.connect() as connection:
        return _seen(connection, child_ids)


_UNDER_WAY = (
    "(SELECT jsonb_agg(jsonb_build_object('event_id', w.event_id, 'what', w.what, 'meeting_on', w.meeting_on,"
    " 'said_by', w.said_by, 'body', w.body) ORDER BY w.said_at, w.event_id)"
    " FROM panel_word w WHERE w.child_id = c.child_id AND w.body IS NOT NULL)"
)


def seen_within(connection: Connection, child_id: str) -> Seen | None:
    """One child in a transaction; None where it is not there."""
    return _seen(connection, [child_id]).get(child_id)


def _seen(connection: Connection, child_ids: Iterable[str]) -> dict[str, Seen]:
    """One query, so that no word is missed that arrives meanwhile."""
    rows = connection.execute(
        text(
            "SELECT c.child_id, c.answer, c.panel, clock_timestamp(),"  # noqa: S608 - constants of ours
            f" (SELECT jsonb_agg(f.content ORDER BY {URGENCY}) FROM flag f"
            " WHERE f.child_id = c.child_id AND f.status = 'open'),"
            f" {_UNDER_WAY},"
            " (SELECT jsonb_agg(jsonb_build_array(e.source, e.event_id)) FROM event e WHERE e.child_id = c.child_id)"
            " FROM child c WHERE c.child_id = ANY(:children)"
        ),
        {"children": sorted(child_ids)},
    )
    return {row[0]: _as_seen(*row[1:]) for row in rows}


def _as_seen(
    answer: dict[str, Any],
    panel: dict[str, Any],
    at: datetime,
    flags: list[dict[str, Any]] | None,
    under_way: list[dict[str, Any]] | None,
    keys: list[list[str]] | None,
) -> Seen:
    kept = frozenset(EventKey(*key) for key in keys or [])
    return Seen(answer, flags or [], panel, under_way or [], kept, at)


def show_for_deciding(engine: Engine, child_id: str, now: datetime) -> Seen | None:
    """A child as it stands, kept under its mark, so that whoever decides by this form is known to have seen exactly this."""
    with engine.begin() as connection:
        seen = seen_within(connection, child_id)
        if seen is None:
            return None
        connection.execute(
            text(
                "INSERT INTO panel_sight (child_id, mark, seen, shown_at) VALUES (:child, :mark, cast(:seen AS jsonb), :now)"
                " ON CONFLICT (child_id, mark) DO UPDATE SET shown_at = excluded.shown_at"
            ),
            {"child": child_id, "mark": seen.mark, "seen": json.dumps(seen_as_json(seen)), "now": now},
        )
        # Only then, and of those alone that nobody holds: whoever waited while holding others' could wait in a ring.
        connection.execute(
            text(
                "DELETE FROM panel_sight WHERE (child_id, mark) IN (SELECT child_id, mark FROM panel_sight"
                " WHERE shown_at < :before FOR UPDATE SKIP LOCKED)"
            ),
            {"before": now - NOBODY_TYPES_SO_LONG},
        )
        return seen


def shown_before(engine: Engine, child_id: str, mark: str) -> Seen | None:
    """What a form with this mark showed; None where that was too long ago, or the mark is made up."""
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT seen FROM panel_sight WHERE child_id = :child AND mark = :mark"),
            {"child": child_id, "mark": mark},
        ).scalar()
    return seen_from_json(found) if found is not None else None


def words_under_way(engine: Engine, child_ids: Iterable[str]) -> dict[str, list[Word]]:
    """What our pages said of some children and the timeline has not yet, by child, in the order in which it was said."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT w.event_id, w.source, w.child_id, w.meeting_on, w.what, w.said_by, w.said_at, w.body,"
                " EXISTS (SELECT FROM quarantine q WHERE q.source = w.source AND q.event_id = w.event_id"
                " AND q.status <> 'released') FROM panel_word w"
                " WHERE w.child_id = ANY(:children) AND w.body IS NOT NULL ORDER BY w.said_at, w.event_id"
            ),
            {"children": sorted(child_ids)},
        )
        found: defaultdict[str, list[Word]] = defaultdict(list)
        for row in rows:
            found[row.child_id].append(Word(*row))
        return dict(found)


def child_of_decision(engine: Engine, event_id: str) -> str | None:
    """Whose a decision is now of which it is known what was seen; to be asked for before anything of it is shown."""
    with engine.connect() as connection:
        found: str | None = connection.execute(
            text(f"SELECT {_WHOSE} FROM {_DECISIONS} WHERE d.event_id = :event"),  # noqa: S608 - ours
            {"event": event_id},
        ).scalar()
        return found


_WHOSE = "nullif(coalesce(e.child_id, d.child_id), '')"
_DECISIONS = "decision_seen d LEFT JOIN event e ON e.source = d.source AND e.event_id = d.event_id"


def decisions_seen(engine: Engine, event_ids: Iterable[str], present: Mapping[str, Seen]) -> dict[str, DecisionSeen]:
    """What was seen when some decisions were taken, of those that are now of children who stand as in `present`; as whoever
    may see such a child may see it."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(f"SELECT d.event_id, {_WHOSE}, d.seen, d.seen_at FROM {_DECISIONS} WHERE d.event_id = ANY(:events)"),  # noqa: S608 - ours
            {"events": sorted(event_ids)},
        )
        return {row[0]: _decision_seen(row, present[row[1]]) for row in rows if row[1] in present}


def _decision_seen(row: Sequence[Any], present: Seen) -> DecisionSeen:
    _, child_id, kept, at = row
    whole = seen_from_json(kept)
    shown, left_out = still_to_be_shown(whole, present.keys)
    return DecisionSeen(child_id, shown, left_out, at, whole)


def keep_listings(connection: Connection, children: Iterable[str], listings: Mapping[str, Sequence[Listing]]) -> None:
    """Make the agendas' entries of some children exactly these, by child."""
    connection.execute(
        text("DELETE FROM panel_listing WHERE child_id = ANY(:children)"), {"children": sorted(children)}
    )
    columns = (("child_id", "text"), ("source", "text"), ("event_id", "text"), ("meeting_on", "date"))
    rows = [
        (child_id, listing.said.source, listing.said.event_id, listing.meeting_on)
        for child_id, found in listings.items()
        for listing in found
    ]
    if rows:
        copy_rows(connection, "panel_listing", columns, rows)


def words_arrived(connection: Connection, keys: Collection[EventKey]) -> None:
    """The timeline has these events of the panel: what was said is no longer under way, and its text is kept there alone."""
    if keys:
        connection.execute(
            text("UPDATE panel_word SET body = NULL WHERE event_id = ANY(:ids) AND body IS NOT NULL"),
            {"ids": [key.id for key in keys]},
        )


def forget_panel(connection: Connection, children: Collection[str]) -> None:
    """Forget what was said and seen of children of whom nothing stands any more.

    What was said under way will come yet; what is another child's now, for the two are one, or nobody's until a person
    decides whose it is, stays.
    """
    if not children:
        return
    wanted = {"children": sorted(children)}
    connection.execute(text("DELETE FROM panel_sight WHERE child_id = ANY(:children)"), wanted)
    for table in ("panel_word", "decision_seen"):
        connection.execute(
            text(
                f"DELETE FROM {table} t USING event e WHERE t.child_id = ANY(:children)"  # noqa: S608 - ours
                " AND e.source = t.source AND e.event_id = t.event_id AND e.child_id = t.child_id"
            ),
            wanted,
        )


def lock_words(connection: Connection, child_id: str) -> None:
    """Wait until nobody else says anything of a child on our pages; released with the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(823, hashtext(:child))"), {"child": child_id})


def keep_word(connection: Connection, word: Word) -> None:
    """Keep what somebody said, until the timeline has it."""
    connection.execute(
        text(
            "INSERT INTO panel_word (event_id, source, child_id, meeting_on, what, said_by, said_at, body)"
            " VALUES (:event_id, :source, :child_id, :meeting_on, :what, :said_by, :said_at, cast(:body AS jsonb))"
        ),
        {**word._asdict(), "body": json.dumps(word.body)},
    )


def who_said(engine: Engine, event_ids: Iterable[str]) -> dict[str, str]:
    """Who said some events of the panel on our pages; nobody, of those that came another way."""
    with engine.connect() as connection:
        return who_said_within(connection, event_ids)


def who_said_within(connection: Connection, event_ids: Iterable[str]) -> dict[str, str]:
    """The same in a transaction."""
    rows = connection.execute(
        text("SELECT event_id, said_by FROM panel_word WHERE event_id = ANY(:ids)"), {"ids": sorted(event_ids)}
    )
    return {row[0]: row[1] for row in rows}


def said_by(connection: Connection, event_ids: Iterable[str], actor: str) -> set[str]:
    """Those of some events that one person said on our pages."""
    return {event_id for event_id, who in who_said_within(connection, event_ids).items() if who == actor}


def keep_decision_seen(connection: Connection, key: EventKey, child_id: str, seen: Seen) -> None:
    """Keep what was seen by whoever took a decision."""
    connection.execute(
        text(
            "INSERT INTO decision_seen (event_id, source, child_id, seen, seen_at)"
            " VALUES (:event, :source, :child, cast(:seen AS jsonb), :at)"
        ),
        {
            "event": key.id,
            "source": key.source,
            "child": child_id,
            "seen": json.dumps(seen_as_json(seen)),
            "at": seen.at,
        },
    )


def record_of_child(connection: Connection, child_id: str) -> bytes | None:
    """The body of one event that stands on a child's answer: the one recorded last. Who speaks of the child speaks of it."""
    return _body(
        connection.execute(
            text(
                "SELECT body FROM event WHERE child_id = :child AND shown_since IS NOT NULL"
                " ORDER BY recorded_at DESC, source, event_id LIMIT 1"
            ),
            {"child": child_id},
        ).scalar()
    )


def standing_event(connection: Connection, child_id: str, event_id: str) -> bytes | None:
    """The body of an event that stands on a child's answer; None where it does not."""
    return _body(
        connection.execute(
            text(
                "SELECT body FROM event WHERE child_id = :child AND event_id = :event AND shown_since IS NOT NULL"
                " ORDER BY source LIMIT 1"
            ),
            {"child": child_id, "event": event_id},
        ).scalar()
    )


def _body(found: Any) -> bytes | None:  # noqa: ANN401 - a column as the driver gives it
    return bytes(found) if found is not None else None
