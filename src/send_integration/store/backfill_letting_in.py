"""Lets history in many messages at a time: what is plain goes by sets, and everything else is put by for the gate."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Connection, text

from send_integration.contracts.event import EventKey
from send_integration.errors import NotReady
from send_integration.store.backfill import BACKFILL_LOCK, ChunkKey, holders, plain_partition, topic_of
from send_integration.store.bulk import read_rows
from send_integration.store.chains import children_in_chains
from send_integration.store.panel import words_arrived
from send_integration.store.people import IDENTITY_LOCK

_PUT_BY = (
    ", counted AS (UPDATE backfill_chunk c SET put_by = put_by + n"
    " FROM (SELECT file, chunk, count(*) AS n FROM gone GROUP BY 1, 2) AS g WHERE c.file = g.file AND c.number = g.chunk)"
    " INSERT INTO backfill_rest (file, place, line, raw)"
    " SELECT w.file, greatest(coalesce(r.next_place, 0), coalesce(p.next_offset, 0))"
    " + row_number() OVER (PARTITION BY w.file ORDER BY w.line) - 1, w.line, w.raw FROM gone w"
    " LEFT JOIN (SELECT file, max(place) + 1 AS next_place FROM backfill_rest GROUP BY file) r ON r.file = w.file"
    " LEFT JOIN backfill_file f ON f.id = w.file"
    " LEFT JOIN stream_position p ON p.reader = 'gate' AND p.topic = 'backfill.' || f.feed AND p.\"partition\" = 2 * w.file + 1"
)
_OF_CHUNK = "b.file = :file AND b.chunk = :number"


def hold_identity(connection: Connection) -> None:
    """Wait until nobody decides on identity, and let nobody until `release_identity`, or until the connection closes."""
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": IDENTITY_LOCK})
    connection.commit()


def release_identity(connection: Connection) -> None:
    """Let others decide on identity again."""
    connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": IDENTITY_LOCK})
    connection.commit()


def refuse_while_history_is_let_in(connection: Connection) -> None:
    """Raises NotReady while a load lets nobody decide on identity: a person is told so at once, who would wait for minutes."""
    both = f"SELECT EXISTS ({holders(BACKFILL_LOCK)} INTERSECT {holders(IDENTITY_LOCK)})"
    if connection.execute(text(both)).scalar_one():
        raise NotReady("History is being let in, and nothing else can be meanwhile", next_step="Try again when it is.")


def learn_what_was_read(connection: Connection) -> None:
    """Let the planner know how much was read."""
    connection.execute(text("ANALYZE backfill_event"))


def forget_parts_let_in(connection: Connection) -> None:
    """Forget what was read of parts that a killed run let in: against themselves they would be repeats."""
    connection.execute(
        text(
            "DELETE FROM backfill_event e USING backfill_chunk c WHERE c.file = e.file AND c.number = e.chunk"
            " AND c.state = 'let-in'"
        )
    )


def put_by_what_is_not_plain(connection: Connection) -> None:
    """Put by for the gate what is refused, what shares its source and id with another message or with anything that was
    let in or refused before, and what people decided of identity."""
    connection.execute(
        text(
            "WITH several AS MATERIALIZED (SELECT source, event_id FROM backfill_event WHERE source IS NOT NULL"  # noqa: S608 - ours
            " GROUP BY source, event_id HAVING count(*) > 1),"
            " doubtful AS (SELECT ctid AS at FROM backfill_event WHERE body_hash IS NULL"
            " UNION SELECT b.ctid FROM backfill_event b JOIN several USING (source, event_id)"
            " UNION SELECT b.ctid FROM backfill_event b JOIN admitted a USING (source, event_id)"
            " UNION SELECT b.ctid FROM backfill_event b JOIN quarantine q USING (source, event_id) WHERE q.status <> 'released'"
            " UNION SELECT b.ctid FROM backfill_event b JOIN backfill_file f ON f.id = b.file WHERE f.feed = 'identity'),"
            " gone AS (DELETE FROM backfill_event b USING doubtful d WHERE b.ctid = d.at"
            " RETURNING b.file, b.chunk, b.line, b.raw)"
            f"{_PUT_BY}"
        )
    )


def put_by_what_is_held(connection: Connection) -> None:
    """Put by for the gate what asserts a record that waits for a person."""
    connection.execute(
        text(
            "WITH gone AS (DELETE FROM backfill_event b USING person_record r WHERE r.digest = b.record"  # noqa: S608 - ours
            f" AND r.child_id IS NULL RETURNING b.file, b.chunk, b.line, b.raw){_PUT_BY}"
        )
    )


def read_and_not_let_in(connection: Connection, at_once: int) -> Iterator[list[tuple[int, int, bytes]]]:
    """What was read, is no refusal and is not put by, in parts: file, line, body."""
    after = (-1, -1)
    while True:
        rows = connection.execute(
            text(
                "SELECT file, line, coalesce(body, raw) FROM backfill_event WHERE body_hash IS NOT NULL"
                " AND (file, line) > (:file, :line) ORDER BY file, line LIMIT :limit"
            ),
            {"file": after[0], "line": after[1], "limit": at_once},
        ).all()
        if not rows:
            return
        yield [(row[0], row[1], bytes(row[2])) for row in rows]
        after = (rows[-1][0], rows[-1][1])


def put_by(connection: Connection, places: Sequence[tuple[int, int]]) -> None:
    """Put by for the gate some messages, by file and line."""
    if places:
        connection.execute(
            text(
                "WITH gone AS (DELETE FROM backfill_event b USING unnest(cast(:files AS int[]), cast(:lines AS bigint[]))"  # noqa: S608
                f" AS u(file, line) WHERE b.file = u.file AND b.line = u.line RETURNING b.file, b.chunk, b.line, b.raw){_PUT_BY}"
            ),
            {"files": [place[0] for place in places], "lines": [place[1] for place in places]},
        )


def bodies_that_assert_first(connection: Connection) -> list[bytes]:
    """Of each record that history asserts first, or earlier than is known, the body of its first event, in that order.

    Texts are ordered as Python orders them, for this is the order in which identity is decided.
    """
    rows = read_rows(
        connection,
        "WITH first AS MATERIALIZED (SELECT DISTINCT ON (record) record, recorded_at, source, event_id, ctid AS at"
        " FROM backfill_event WHERE record IS NOT NULL"
        ' ORDER BY record, recorded_at, source COLLATE "C", event_id COLLATE "C")'
        " SELECT coalesce(b.body, b.raw) FROM first f JOIN backfill_event b ON b.ctid = f.at"
        " LEFT JOIN person_record r ON r.digest = f.record WHERE r.id IS NULL OR f.recorded_at < r.first_recorded_at"
        " OR (f.recorded_at = r.first_recorded_at AND (f.source <> r.first_source OR f.event_id <> r.first_event_id))"
        ' ORDER BY f.recorded_at, f.source COLLATE "C", f.event_id COLLATE "C"',
        {},
    )
    return [bytes(row[0]) for row in rows]


def let_evaluate_whom_it_touches(connection: Connection) -> None:
    """Have every child evaluated whose record history asserts, and those whose kept events hang together with it."""
    connection.execute(
        text(
            "INSERT INTO backfill_child (child_id) SELECT DISTINCT r.child_id FROM person_record r WHERE r.child_id IS NOT NULL"
            " AND r.digest IN (SELECT record FROM backfill_event) ORDER BY 1 ON CONFLICT DO NOTHING"
        )
    )
    others = children_in_chains(connection, arrived="backfill_event", kept="event", child="child_id")
    connection.execute(
        text("INSERT INTO backfill_child (child_id) SELECT unnest(cast(:others AS text[])) ON CONFLICT DO NOTHING"),
        {"others": sorted(others)},
    )


def let_chunk_in(connection: Connection, chunk: ChunkKey, feed: str, today: date) -> int:
    """Admit what is left of a part, all of it plain and decided; gives how many messages there were.

    Its events stand on no answer, and so on no page, until their children are evaluated.
    """
    given = {**chunk._asdict(), "feed": feed, "topic": topic_of(feed), "partition": plain_partition(chunk.file)}
    admitted = connection.execute(
        text(
            'INSERT INTO admitted (source, event_id, feed, body_hash, recorded_at, raw, topic, "partition", "offset",'  # noqa: S608
            " person_record_id, least_decision) SELECT b.source, b.event_id, :feed, b.body_hash, b.recorded_at, b.raw, :topic,"
            " :partition, b.line, r.id, 0 FROM backfill_event b LEFT JOIN person_record r ON r.digest = b.record"
            f" WHERE {_OF_CHUNK} ORDER BY b.source, b.event_id"
        ),
        given,
    ).rowcount
    connection.execute(
        text(
            "INSERT INTO event (source, event_id, child_id, decision, recorded_at, target, body)"  # noqa: S608
            " SELECT b.source, b.event_id, r.child_id, r.decision, b.recorded_at, b.target, coalesce(b.body, b.raw)"
            f" FROM backfill_event b JOIN person_record r ON r.digest = b.record WHERE {_OF_CHUNK}"
            " ORDER BY b.source, b.event_id"
        ),
        given,
    )
    _count(connection, given, admitted)
    _add_remarks(connection, given, today)
    if feed == "panel":
        words_arrived(connection, _keys_of(connection, chunk))
    connection.execute(
        text("UPDATE backfill_chunk SET state = 'let-in' WHERE file = :file AND number = :number"), given
    )
    return admitted


def _count(connection: Connection, given: dict[str, object], admitted: int) -> None:
    """Parts may come in any order, also in several runs: what was said up to a later one is said again from this one on."""
    connection.execute(
        text(
            'INSERT INTO stream_position AS p (reader, topic, "partition", next_offset, published_offset, accepted)'  # noqa: S608
            " SELECT 'gate', :topic, :partition, max(line) + 1, min(line), :accepted FROM backfill_event b"
            f' WHERE {_OF_CHUNK} HAVING count(*) > 0 ON CONFLICT (reader, topic, "partition") DO UPDATE SET'
            " next_offset = greatest(p.next_offset, excluded.next_offset),"
            " published_offset = least(p.published_offset, excluded.published_offset),"
            " accepted = p.accepted + excluded.accepted"
        ),
        {**given, "accepted": admitted},
    )


def _add_remarks(connection: Connection, given: dict[str, object], today: date) -> None:
    """In the order in which the gate writes these rows, which are shared."""
    connection.execute(
        text(
            "INSERT INTO remark (feed, source, rule, noted_on, events)"  # noqa: S608 - a constant of ours
            " SELECT :feed, b.source, rule, :today, count(*) FROM backfill_event b, unnest(b.remarks) AS rule"
            f' WHERE {_OF_CHUNK} GROUP BY b.source, rule ORDER BY b.source COLLATE "C", rule COLLATE "C"'
            " ON CONFLICT (feed, source, rule, noted_on) DO UPDATE SET events = remark.events + excluded.events"
        ),
        {**given, "today": today},
    )


def _keys_of(connection: Connection, chunk: ChunkKey) -> list[EventKey]:
    rows = connection.execute(
        text(f"SELECT source, event_id FROM backfill_event b WHERE {_OF_CHUNK}"),  # noqa: S608 - a constant of ours
        chunk._asdict(),
    )
    return [EventKey(*row) for row in rows]


def forget_what_was_let_in(connection: Connection) -> None:
    """Forget what was read, once all of it is let in or put by."""
    connection.execute(text("TRUNCATE backfill_event"))


def rest_of_files(connection: Connection, at_once: int) -> Iterator[tuple[int, list[tuple[int, int, bytes]]]]:
    """What was put by, file by file, in batches: place, line, bytes. What is taken is to be struck off before the next."""
    while True:
        rows = connection.execute(
            text(
                "SELECT file, place, line, raw FROM backfill_rest WHERE file = (SELECT min(file) FROM backfill_rest)"
                " ORDER BY place LIMIT :limit"
            ),
            {"limit": at_once},
        ).all()
        connection.rollback()
        if not rows:
            return
        yield rows[0][0], [(row[1], row[2], bytes(row[3])) for row in rows]


def strike_off(connection: Connection, file: int, places: Sequence[int]) -> None:
    """Forget messages that the gate has taken and the timeline has."""
    connection.execute(
        text("DELETE FROM backfill_rest WHERE file = :file AND place = ANY(:places)"),
        {"file": file, "places": list(places)},
    )
