"""What erasing a child does with every table: what goes, in which order, and what stays and why."""

# ruff: noqa: S608 - every name in these statements is ours

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, text

from send_integration.contracts.event import EventKey

_CHILD = "child_id IN (SELECT child_id FROM erasing_child)"
_KEY = "(source, event_id) IN (SELECT source, event_id FROM erasing_event)"
_REF = "(SELECT source, local_id FROM erasing_ref)"
_RESTS_ON_IT = (
    "(child_id IN (SELECT child_id FROM erasing_other) AND EXISTS (SELECT FROM erasing_event g"
    " WHERE content -> 'evidence' ? g.event_id))"
)
_SHOWS_IT = (
    "(child_id IN (SELECT child_id FROM erasing_other) AND EXISTS (SELECT FROM jsonb_array_elements("
    "seen -> 'answer' -> 'timeline') AS entry WHERE entry ->> 'event_id' IN (SELECT event_id FROM erasing_event)))"
)
_FLAGS = f"SELECT flag_id FROM flag_change WHERE {_CHILD} OR {_RESTS_ON_IT}"
_OF_ALERT = f"SELECT alert_id FROM alert WHERE {_CHILD} OR flag_id IN (SELECT flag_id FROM flag WHERE {_CHILD})"
_OF_NOTICE = f"SELECT notice_id FROM notice WHERE {_CHILD}"


class Part(NamedTuple):
    """A part of what is erased: what people call it, of which tables it is, and the statements, whose rows are counted."""

    words: str
    tables: tuple[str, ...]
    statements: tuple[str, ...]


def _gone(words: str, table: str, condition: str = _CHILD) -> Part:
    return Part(words, (table,), (f"DELETE FROM {table} WHERE {condition}",))


PARTS: tuple[Part, ...] = (
    Part(
        "alerts, and how they were sent",
        ("alert", "alert_hand_over", "delivery", "digest"),
        (
            f"DELETE FROM delivery WHERE message_id IN ({_OF_ALERT})",
            (
                f"UPDATE digest SET alerts = ARRAY(SELECT a FROM unnest(alerts) WITH ORDINALITY AS u(a, place)"
                f" WHERE a NOT IN ({_OF_ALERT}) ORDER BY place) WHERE alerts && ARRAY({_OF_ALERT})"
            ),
            f"DELETE FROM alert_hand_over WHERE flag_id IN (SELECT flag_id FROM flag WHERE {_CHILD})",
            f"DELETE FROM alert WHERE alert_id IN ({_OF_ALERT})",
        ),
    ),
    Part(
        "notices, and what they told of",
        ("notice", "notice_entry"),
        (
            f"DELETE FROM delivery WHERE message_id IN ({_OF_NOTICE})",
            (
                f"WITH emptied AS (DELETE FROM notice_entry WHERE {_KEY} OR notice_id IN ({_OF_NOTICE}) RETURNING notice_id)"
                " INSERT INTO erasing_notice SELECT DISTINCT notice_id FROM emptied"
            ),
            (
                "DELETE FROM delivery WHERE message_id IN (SELECT notice_id FROM erasing_notice n WHERE NOT EXISTS"
                " (SELECT FROM notice_entry e WHERE e.notice_id = n.notice_id))"
            ),
            (
                f"DELETE FROM notice t WHERE {_CHILD} OR (notice_id IN (SELECT notice_id FROM erasing_notice)"
                " AND NOT EXISTS (SELECT FROM notice_entry e WHERE e.notice_id = t.notice_id))"
            ),
            (
                "UPDATE notice_entry SET other_source = NULL, other_local_id = NULL, other_key = NULL"
                f" WHERE (other_source, other_local_id) IN {_REF}"
            ),
        ),
    ),
    Part(
        "what the panel said, and what it had before it",
        ("panel_listing", "panel_word", "panel_sight", "decision_seen"),
        (
            f"DELETE FROM panel_listing WHERE {_CHILD} OR {_KEY}",
            f"DELETE FROM panel_word WHERE {_CHILD} OR {_KEY}",
            f"DELETE FROM panel_sight WHERE {_CHILD} OR {_SHOWS_IT}",
            f"DELETE FROM decision_seen WHERE {_CHILD} OR {_KEY} OR {_SHOWS_IT}",
        ),
    ),
    _gone("places on agendas", "agenda_place"),
    Part(
        "who broke the glass, and who was told",
        ("broken_glass", "glass_told"),
        (
            f"DELETE FROM glass_told WHERE glass_id IN (SELECT id FROM broken_glass WHERE {_CHILD})",
            f"DELETE FROM broken_glass WHERE {_CHILD}",
        ),
    ),
    _gone("bases of sharing", "sharing_basis"),
    _gone("faults that kept the child from being judged", "unjudged"),
    _gone("history to be evaluated", "backfill_child"),
    Part(
        "relations, also those of others to the child",
        ("relation",),
        (f"DELETE FROM relation WHERE {_CHILD} OR (other_source, other_local_id) IN {_REF}",),
    ),
    _gone("the page's answer", "child"),
    Part(
        "events",
        ("event", "admitted"),
        (f"DELETE FROM event WHERE {_KEY}", f"DELETE FROM admitted WHERE {_KEY}"),
    ),
    Part(
        "items in quarantine, with their history",
        ("quarantine", "quarantine_act"),
        (
            "DELETE FROM quarantine_act WHERE item IN (SELECT id FROM erasing_item)",
            "DELETE FROM quarantine WHERE id IN (SELECT id FROM erasing_item)",
        ),
    ),
    Part(
        "wordings of returns",
        ("ingested",),
        (
            (
                "DELETE FROM ingested WHERE (source, base_id) IN (SELECT i.source, i.base_id FROM ingested i"
                " JOIN erasing_event g USING (source, event_id))"
            ),
        ),
    ),
    Part(
        "people's decisions on identity that stand",
        ("identity_statement",),
        (
            (
                f"DELETE FROM identity_statement WHERE (one_source, one_local_id) IN {_REF}"
                f" OR (other_source, other_local_id) IN {_REF}"
            ),
        ),
    ),
    Part(
        "flags",
        ("flag",),
        (f"DELETE FROM flag WHERE {_CHILD} OR (status = 'cleared' AND {_RESTS_ON_IT})",),
    ),
)
"""What goes by statements alone, in an order in which nothing is pointed at that is gone."""

BY_STEPS: Mapping[str, str] = {
    "person_record": "with their keys, links, reviews and former ids",
    "person_record_key": "with the record",
    "record_was_of": "with the record",
    "former_child_id": "with the record",
    "identity_link": "with the record",
    "identity_review": "with the record",
    "identity_decision": "the pairs that name its records, and the decisions of which none is left",
    "flag_change": "last, for it goes only beside the audit's entry",
    "outbox": "what waits and speaks of it; the audit's own stays",
    "keys.record_key": "the keys of its records, for good: what topics hold under them nobody can read any more",
    "reporting_intake.clean_event": "its events; others' without its name",
    "reporting_intake.restated_child": "the child",
}
"""What goes too, by the step that erases, and how."""

STAYS: Mapping[str, str] = {
    "audit": "who looked and why they might, under an id that leads to nobody any more",
    "audit_link": "the chain over it",
    "erased": "the marks that it was erased",
    "erasure_key": "tells the key of the marks",
    "legal_hold": "that one stood and was lifted, under an id; erasing waits while one stands",
    "stream_position": "how many messages there were",
    "feed_breaker": "counts of a feed",
    "feed_change": "counts of a feed",
    "feed_window": "counts of a feed",
    "feed_day": "counts of a feed",
    "feed_silence": "a feed",
    "agency_day": "counts of an agency",
    "broker_end": "how far topics reach",
    "remark": "counts of a rule",
    "quality_audit": "counts of rules",
    "csv_column": "names of columns",
    "rule_book": "which rules",
    "identity_model": "which model",
    "worker": "who works for the authority",
    "worker_absence": "when a worker is away",
    "directory_state": "how often workers changed",
    "inbox_visit": "when a worker looked",
    "alert_load": "how many alerts a worker was sent",
    "alert_count": "how many alerts of a rule became what in a month",
    "channel_health": "whether mail is sent",
    "meeting": "when a panel meets",
    "meeting_seat": "who sits on it",
    "session": "who is signed in",
    "sign_in_attempt": "who is about to be",
    "backfill_file": "which files were loaded, by their hash",
    "backfill_chunk": "how much of them",
    "backfill_event": "empty: erasing waits while history is loaded in part",
    "backfill_rest": "empty, likewise",
    "alembic_version": "the version of the tables",
    "keys.master": "which master key is in use",
    "keys.passed_over": "how many messages were passed over",
    "reporting_intake.restating": "up to when reports are worked out",
    "reporting_intake.kept_figures": "figures over all, counted anew within minutes",
    "reporting_intake.erased_row": "keys of rows that are gone, pseudonyms, for those who took them out",
}
"""Tables that erasing leaves, with why: nothing in them is of the child, or it is what must stay."""


def make_room(connection: Connection) -> None:
    """What the statements note on the way; gone with the transaction."""
    connection.execute(text("CREATE TEMP TABLE erasing_notice (notice_id text) ON COMMIT DROP"))


def _lock_notices(connection: Connection) -> None:
    """Take all notices that change or go, before their messages and entries, as whoever reads one or clears old ones away,
    and in the order of whoever adds to several: nobody waits in a ring."""
    connection.execute(
        text(
            f"SELECT FROM notice WHERE {_CHILD} OR notice_id IN (SELECT notice_id FROM notice_entry WHERE {_KEY}"
            f" OR (other_source, other_local_id) IN {_REF})"
            " ORDER BY recipient, child_id, notice_id FOR UPDATE"
        )
    )


def erase_parts(connection: Connection) -> Iterator[tuple[str, int]]:
    """Erase part by part what was found; gives how many rows of each."""
    _lock_notices(connection)
    for part in PARTS:
        yield part.words, sum(connection.execute(text(statement)).rowcount for statement in part.statements)


def touch_others(connection: Connection) -> set[str]:
    """Others on whose answers events of the child stand, or which correct one of them: they are judged anew today."""
    rows = connection.execute(
        text(
            f"SELECT child_id FROM event WHERE {_KEY} UNION SELECT e.child_id FROM event e JOIN erasing_event g"
            " ON g.source = e.source AND g.event_id = e.target WHERE e.target IS NOT NULL"
        )
    )
    return {row[0] for row in rows if row[0]} - set(
        connection.execute(text("SELECT child_id FROM erasing_child")).scalars()
    )


def related_others(connection: Connection, rewritten: Iterable[EventKey]) -> set[str]:
    """Others of whom a relation to the child is kept, and those who have some events that name it."""
    keys = list(rewritten)
    rows = connection.execute(
        text(
            f"SELECT child_id FROM relation WHERE (other_source, other_local_id) IN {_REF} UNION"
            " SELECT e.child_id FROM event e JOIN unnest(cast(:sources AS text[]), cast(:ids AS text[])) AS u(source, event_id)"
            " USING (source, event_id)"
        ),
        {"sources": [key.source for key in keys], "ids": [key.id for key in keys]},
    )
    return {row[0] for row in rows if row[0]}


def judge_anew(connection: Connection, children: set[str]) -> None:
    """Have some children evaluated, and restated in the reports, by the next sweeps."""
    given = {"children": sorted(children)}
    connection.execute(text("UPDATE child SET next_change_on = evaluated_on WHERE child_id = ANY(:children)"), given)
    connection.execute(
        text("UPDATE reporting_intake.restated_child SET judged_by = '' WHERE child_id = ANY(:children)"), given
    )


def count_flag_changes(connection: Connection) -> int:
    """How many rows the history of the child's flags has."""
    return int(connection.execute(text(f"SELECT count(*) FROM ({_FLAGS}) AS f")).scalar_one())


def erase_flag_changes(connection: Connection) -> None:
    """Erase the history of the child's flags; the entry that the audit got last in this transaction says that it may."""
    connection.execute(
        text("SELECT set_config('send.erased_by', currval(pg_get_serial_sequence('audit', 'id'))::text, true)")
    )
    connection.execute(text(f"DELETE FROM flag_change WHERE {_CHILD} OR {_RESTS_ON_IT}"))


class Counted(NamedTuple):
    """An event, or bytes, as their message stays counted; `raw_hash` is None of an event."""

    source: str
    event_id: str
    raw_hash: bytes | None
    feed: str
    counted_as: str | None


def what_was_counted(connection: Connection) -> list[Counted]:
    """Every event and item that is about to go, and as what its message stays counted."""
    rows = connection.execute(
        text(
            "SELECT a.source, a.event_id, NULL, a.feed, 'accepted' FROM admitted a JOIN erasing_event USING (source, event_id)"
            " UNION ALL SELECT '', '', q.raw_hash, q.feed, CASE WHEN q.status <> 'released' THEN 'quarantined' END"
            " FROM quarantine q JOIN erasing_item USING (id)"
        )
    )
    return [Counted(row[0], row[1], bytes(row[2]) if row[2] is not None else None, row[3], row[4]) for row in rows]
