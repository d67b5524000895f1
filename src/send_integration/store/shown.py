"""Since when each event has stood on its child's answer, and who was shown it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from send_integration.alerts.notices import Lost, Sight, Way
from send_integration.contracts.event import EventKey

SHOWING_LOCK = 8210005
"""Advisory lock: shared by whoever is about to show a child to somebody and writes that down, exclusive for whoever
takes something off a timeline. So of every look it is certain whether it came before, and whom to tell."""

VIEW_NOTICE, READ_NOTICE, EXPORT = "view-notice", "read-notice", "export"
"""What the audit calls being shown a notice, closing it, and taking reports away."""

EXTRACT = "extract"
"""What it calls taking rows of the warehouse: corrections of them follow in the changes, so that nobody is told of each."""

ACKNOWLEDGE_FLAG, DISMISS_FLAG = "acknowledge-flag", "dismiss-flag"
VIEW_FLAG = "view-flag"
"""Reading a flag's history: it tells of its child what entries say."""

LIST_FOR_PANEL, RUN_MEETING, DECIDE, RECORD_VOICE = "list-for-panel", "run-meeting", "decide", "record-voice"
"""What it calls what is said of a child for the panel: putting it on an agenda and taking it off, a discussion, a decision or
an action, and what the child or a parent said. The forms of the last two show what is on the timeline."""

SHOW_NO_ENTRY = (
    "take-pack",
    LIST_FOR_PANEL,
    RUN_MEETING,
    VIEW_NOTICE,
    READ_NOTICE,
    ACKNOWLEDGE_FLAG,
    DISMISS_FLAG,
    "list-children",
    "identity-merge",
    "identity-apart",
    "identity-withdraw",
    "see-quarantine",
    "show-quarantined",
    "answer-alert",
    "view-inbox",
    "read-audit",
    "break-glass",
    "end-glass",
    "read-glass",
)
"""The audited acts that name a child and show nothing that rests on an entry; whatever else names one is a look."""

READ_THE_TIMELINE = "view-child"
"""The audited act by which somebody reads the timeline's entries themselves, on the page or at the command line."""

PRINT_PACK, TAKE_FAMILY_COPY = "print-pack", "take-family-copy"
"""What it calls printing a pack, which holds every entry, and opening or taking the family's copy, which tells of some of
them in other words."""

_KEYS = "unnest(cast(:sources AS text[]), cast(:ids AS text[]))"


def about_to_show(connection: Connection) -> None:
    """Wait until nobody takes anything off a timeline, and hold that off until this transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": SHOWING_LOCK})


def about_to_take_off(connection: Connection) -> datetime:
    """Wait until all who were shown something have been written down; gives this moment, by the database's clock."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SHOWING_LOCK})
    now: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now


def stand_since_now(connection: Connection, keys: Iterable[EventKey]) -> None:
    """Some events that were kept before stand on their child's answer from now on."""
    connection.execute(
        text(f"UPDATE event SET shown_since = now() WHERE (source, event_id) IN (SELECT * FROM {_KEYS})"),  # noqa: S608 - ours
        _columns(keys),
    )


def stand_not_yet(connection: Connection, keys: Iterable[EventKey]) -> None:
    """Some events that were kept in this transaction stand on no answer until their children are evaluated."""
    connection.execute(
        text(
            f"UPDATE event SET shown_since = NULL WHERE (source, event_id) IN (SELECT * FROM {_KEYS})"  # noqa: S608 - ours
            " AND shown_since = now()"
        ),
        _columns(keys),
    )


def stand_as_before(connection: Connection, since: Mapping[EventKey, datetime]) -> None:
    """Some events that took another body stand as they did, for their entry says the same."""
    connection.execute(
        text(
            "UPDATE event e SET shown_since = u.since FROM unnest(cast(:sources AS text[]), cast(:ids AS text[]),"
            " cast(:since AS timestamptz[])) AS u(source, event_id, since)"
            " WHERE e.source = u.source AND e.event_id = u.event_id"
        ),
        {**_columns(since), "since": list(since.values())},
    )


def take_off(connection: Connection, keys: Iterable[EventKey]) -> dict[EventKey, datetime]:
    """Some events stand on no answer any more; gives since when each had stood."""
    rows = connection.execute(
        text(
            f"UPDATE event SET shown_since = NULL WHERE (source, event_id) IN (SELECT * FROM {_KEYS})"  # noqa: S608 - ours
            " AND shown_since IS NOT NULL RETURNING source, event_id, old.shown_since"
        ),
        _columns(keys),
    )
    return {EventKey(row[0], row[1]): row[2] for row in rows}


class _Row(NamedTuple):
    number: int
    recipient: str
    way: str
    rule: str


_LOST = (
    "WITH lost AS (SELECT * FROM unnest(cast(:numbers AS int[]), cast(:children AS text[]), cast(:sources AS text[]),"
    " cast(:ids AS text[]), cast(:since AS timestamptz[]), cast(:counted AS bool[]))"
    " AS u(number, child_id, source, event_id, since, counted))"
)
_LOOKED = (
    "SELECT l.number, a.actor, CASE a.action WHEN :timeline THEN 'page' WHEN :pack THEN 'pack'"
    " WHEN :family_copy THEN 'family-copy' ELSE 'record' END, ''"
    " FROM lost l JOIN audit a ON a.child_id = l.child_id AND a.at >= l.since"
    " WHERE a.allowed AND a.action <> ALL(:no_entry)"
)
_EXPORTED = (
    "SELECT l.number, a.actor, 'export', '' FROM lost l JOIN audit a ON a.action = 'export' AND a.at >= l.since"
    " WHERE a.allowed AND a.child_id IS NULL AND l.counted"
)
# A flag's content stood from its change to the next one; an alert on it, whenever it was open. An earlier release wrote no
# sources: of its flags the ids decide.
_ALERTED = (
    "SELECT l.number, r.recipient, 'alert', v.content ->> 'rule' FROM lost l"
    " JOIN alert r ON r.child_id = l.child_id JOIN flag_change v ON v.flag_id = r.flag_id"
    " WHERE v.change <> 'cleared' AND v.content -> 'evidence' ? l.event_id AND v.changed_at >= l.since"
    " AND (v.content -> 'rests_on' IS NULL OR v.content -> 'rests_on' @> jsonb_build_array(jsonb_build_array(l.source,"
    " l.event_id)))"
    " AND tstzrange(v.changed_at, (SELECT n.changed_at FROM flag_change n WHERE n.flag_id = v.flag_id AND n.id > v.id"
    " ORDER BY n.id LIMIT 1)) && (r.stood_before + tstzmultirange(tstzrange(r.raised_at, r.cleared_at, '[]')))"
)


def who_saw(connection: Connection, lost: Sequence[Lost]) -> list[Sight]:
    """Everybody who was shown some entries while they stood; needs the exclusive lock, so that nobody is missed."""
    rows = connection.execute(
        text(f"{_LOST} {_LOOKED} UNION {_EXPORTED} UNION {_ALERTED}"),
        {
            "numbers": list(range(len(lost))),
            "children": [entry.child_id for entry in lost],
            "sources": [entry.key.source for entry in lost],
            "ids": [entry.key.id for entry in lost],
            "since": [entry.shown_since for entry in lost],
            "counted": [entry.other is None for entry in lost],  # reports hold nothing of families
            "timeline": READ_THE_TIMELINE,
            "pack": PRINT_PACK,
            "family_copy": TAKE_FAMILY_COPY,
            "no_entry": list(SHOW_NO_ENTRY),
        },
    )
    found = sorted(_Row(*row) for row in rows)
    return [Sight(row.recipient, lost[row.number], Way(row.way), row.rule) for row in found]


def _columns(keys: Iterable[EventKey]) -> dict[str, list[str]]:
    wanted = list(keys)
    return {"sources": [key.source for key in wanted], "ids": [key.id for key in wanted]}
