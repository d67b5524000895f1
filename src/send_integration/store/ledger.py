"""What the database says of every event's fate, for the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.store.backfill import loaded_messages
from send_integration.store.backfill_children import children_waiting
from send_integration.store.breakers import breakers


class Counted(NamedTuple):
    """One partition of a reader's: how far it was read, and what became of the messages."""

    reader: str
    topic: str
    partition: int
    next_offset: int
    published_offset: int
    accepted: int
    quarantined: int
    duplicates: int


class Rows(NamedTuple):
    """The rows that prove a feed's counts: events let in and not held, and items in quarantine; of what was erased, the marks
    that it was there."""

    accepted: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Kept:
    """All that the database says at one moment: how far each partition was read, the rows of each feed that has any, the
    messages that are not published yet, the feeds that are paused, how many messages of each feed's history were read, and
    how many children of it wait to be evaluated."""

    read: tuple[Counted, ...]
    rows: Mapping[str, Rows]
    outbox: int
    paused: frozenset[str]
    loaded: Mapping[str, int]
    children: int


def kept_now(engine: Engine) -> Kept:
    """Ask it all of one moment, so that no row is there without its count."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        outbox: int = connection.execute(text("SELECT count(*) FROM outbox")).scalar_one()
        return Kept(
            read=tuple(counted(connection)),
            rows=rows_of_feeds(connection),
            outbox=outbox,
            paused=frozenset(feed for feed, breaker in breakers(connection).items() if breaker.parked),
            loaded=loaded_messages(connection),
            children=children_waiting(connection),
        )


def counted(connection: Connection) -> list[Counted]:
    """Every reader's every partition."""
    rows = connection.execute(
        text(
            'SELECT reader, topic, "partition", next_offset, published_offset, accepted, quarantined, duplicates'
            ' FROM stream_position ORDER BY reader, topic, "partition"'
        )
    )
    return [Counted(*row) for row in rows]


def rows_of_feeds(connection: Connection) -> dict[str, Rows]:
    """The rows of each feed that has any."""
    accepted = _count_by_feed(
        connection,
        "SELECT a.feed, count(*) FROM admitted a LEFT JOIN person_record r ON r.id = a.person_record_id"
        " WHERE a.person_record_id IS NULL OR r.child_id IS NOT NULL GROUP BY a.feed",
    )
    quarantined = _count_by_feed(
        connection, "SELECT feed, count(*) FROM quarantine WHERE status <> 'released' GROUP BY feed"
    )
    for counted_as, found in (("accepted", accepted), ("quarantined", quarantined)):
        query = f"SELECT feed, count(*) FROM erased WHERE counted_as = '{counted_as}' GROUP BY feed"  # noqa: S608 - ours
        for feed, erased in _count_by_feed(connection, query).items():
            found[feed] = found.get(feed, 0) + erased
    feeds = sorted({*accepted, *quarantined})
    return {feed: Rows(accepted.get(feed, 0), quarantined.get(feed, 0)) for feed in feeds}


def _count_by_feed(connection: Connection, query: str) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(text(query))}
