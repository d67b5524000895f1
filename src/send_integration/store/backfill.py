"""History that is loaded from files: which files and parts there are, what was read of them, how far all has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from send_integration.errors import NotReady
from send_integration.store.bulk import copy_rows

BACKFILL_LOCK = 8210031
"""Advisory lock, held by a session: one load at a time."""

TOPIC = "backfill."
"""What stands before a feed's name where the topic of a message is asked for: history has no message on any raw topic."""


class ChunkKey(NamedTuple):
    """A part of a file, by their numbers."""

    file: int
    number: int


class Chunk(NamedTuple):
    """A part of a file: where it begins, how long it is, and how many lines come before it."""

    number: int
    first_byte: int
    length: int
    lines_before: int


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """A message of history as it was read and judged; refused where it has no hash."""

    line: int
    source: str | None
    event_id: str | None
    raw: bytes
    body_hash: bytes | None = None
    recorded_at: datetime | None = None
    body: bytes | None = None
    record: bytes | None = None
    target: str | None = None
    remarks: list[str] | None = None


def lock_backfill(connection: Connection) -> None:
    """Be the only one that loads history, until the connection closes. Raises NotReady where another is."""
    got = connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": BACKFILL_LOCK}).scalar_one()
    connection.commit()
    if not got:
        raise NotReady("Another backfill is running", next_step="Wait for its end; two would only wait for each other.")


def holders(lock: int) -> str:
    """A query for the sessions that hold an advisory lock of this database."""
    return (
        f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = {lock} AND objsubid = 1 AND granted"  # noqa: S608 - ours
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )


def topic_of(feed: str) -> str:
    """The name under which messages of a feed's history are counted."""
    return f"{TOPIC}{feed}"


def plain_partition(file: int) -> int:
    """Where the messages stand that were let in many at a time; their offset is their line, counted from 0."""
    return 2 * file


def rest_partition(file: int) -> int:
    """Where the others stand, which the gate takes one after the other."""
    return 2 * file + 1


def file_number(connection: Connection, feed: str, content_hash: bytes, chunks: Sequence[Chunk]) -> int:
    """The number of a file; one that was never seen is kept with its parts."""
    known = text("SELECT id FROM backfill_file WHERE feed = :feed AND content_hash = :hash")
    given = {"feed": feed, "hash": content_hash}
    found = connection.execute(known, given).scalar_one_or_none()
    if found is not None:
        return int(found)
    made = text("INSERT INTO backfill_file (feed, content_hash) VALUES (:feed, :hash) RETURNING id")
    number = int(connection.execute(made, given).scalar_one())
    if chunks:
        connection.execute(
            text(
                "INSERT INTO backfill_chunk (file, number, first_byte, bytes, lines_before)"
                " VALUES (:file, :number, :first_byte, :length, :lines_before)"
            ),
            [{"file": number, **chunk._asdict()} for chunk in chunks],
        )
    return number


def forget_what_a_crash_lost(connection: Connection) -> None:
    """Let parts be read again whose messages are not there as they were counted."""
    lost = connection.execute(
        text(
            "UPDATE backfill_chunk c SET state = 'planned' WHERE state = 'read' AND messages - put_by <>"
            " (SELECT count(*) FROM backfill_event e WHERE e.file = c.file AND e.chunk = c.number) RETURNING file, number"
        )
    ).all()
    for row in lost:
        connection.execute(
            text("DELETE FROM backfill_event WHERE file = :file AND chunk = :number"), ChunkKey(*row)._asdict()
        )


def chunks_to_read(connection: Connection, files: Iterable[int]) -> list[tuple[int, Chunk]]:
    """The parts of some files that are not read yet, each with its file, in order."""
    rows = connection.execute(
        text(
            "SELECT file, number, first_byte, bytes, lines_before FROM backfill_chunk"
            " WHERE state = 'planned' AND file = ANY(:files) ORDER BY file, number"
        ),
        {"files": sorted(files)},
    )
    return [(row[0], Chunk(*row[1:])) for row in rows]


def chunks_to_let_in(connection: Connection) -> list[ChunkKey]:
    """The parts that are read and not let in yet."""
    rows = connection.execute(text("SELECT file, number FROM backfill_chunk WHERE state = 'read' ORDER BY 1, 2"))
    return [ChunkKey(*row) for row in rows]


def take_chunk(connection: Connection, chunk: ChunkKey, state: str) -> bool:
    """Have a part for this transaction alone; whether it still is in a state, and nobody was faster."""
    found = connection.execute(
        text("SELECT state FROM backfill_chunk WHERE file = :file AND number = :number FOR UPDATE"), chunk._asdict()
    ).scalar_one()
    return bool(found == state)


def keep_read(connection: Connection, chunk: ChunkKey, events: Sequence[ReadEvent], too_long: int) -> None:
    """Keep what was read of a part, but for what was put by before a crash had it read again."""
    columns = (
        ("file", "int4"),
        ("chunk", "int4"),
        ("line", "int8"),
        ("source", "text"),
        ("event_id", "text"),
        ("body_hash", "bytea"),
        ("recorded_at", "timestamptz"),
        ("raw", "bytea"),
        ("body", "bytea"),
        ("record", "bytea"),
        ("target", "text"),
        ("remarks", "text[]"),
    )
    put_by = set(
        connection.execute(
            text("SELECT line FROM backfill_rest WHERE file = :file AND line BETWEEN :first AND :last"),
            {
                "file": chunk.file,
                "first": min((event.line for event in events), default=0),
                "last": max((event.line for event in events), default=0),
            },
        ).scalars()
    )
    rows = (
        (*chunk, e.line, e.source, e.event_id, e.body_hash, e.recorded_at, e.raw, e.body, e.record, e.target, e.remarks)
        for e in events
        if e.line not in put_by
    )
    copy_rows(connection, "backfill_event", columns, rows)
    connection.execute(
        text(
            "UPDATE backfill_chunk SET state = 'read', messages = :messages, too_long = :too_long"
            " WHERE file = :file AND number = :number"
        ),
        {**chunk._asdict(), "messages": len(events), "too_long": too_long},
    )


def feeds_of_files(connection: Connection) -> dict[int, str]:
    """The feed of each file that was ever loaded."""
    return {row[0]: row[1] for row in connection.execute(text("SELECT id, feed FROM backfill_file ORDER BY id"))}


def too_long_lines(connection: Connection, files: Iterable[int]) -> int:
    """How many lines of some files no message may be, so that they were left out."""
    found = text("SELECT coalesce(sum(too_long), 0) FROM backfill_chunk WHERE file = ANY(:files)")
    return int(connection.execute(found, {"files": sorted(files)}).scalar_one())


def loaded_messages(connection: Connection) -> dict[str, int]:
    """Of each feed, how many messages of history were ever read."""
    rows = connection.execute(
        text(
            "SELECT f.feed, coalesce(sum(c.messages), 0) FROM backfill_file f JOIN backfill_chunk c ON c.file = f.id"
            " GROUP BY f.feed"
        )
    )
    return {row[0]: int(row[1]) for row in rows}
