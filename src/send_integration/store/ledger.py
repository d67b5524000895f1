"""What the database says of every event's fate, for the ledger."""

from typing import NamedTuple

from sqlalchemy import Engine, text


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


def counted(engine: Engine) -> list[Counted]:
    """Every reader's every partition."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                'SELECT reader, topic, "partition", next_offset, published_offset, accepted, quarantined, duplicates'
                ' FROM stream_position ORDER BY reader, topic, "partition"'
            )
        )
        return [Counted(*row) for row in rows]


def rows_of_feeds(engine: Engine) -> dict[str, Rows]:
    """The rows of each feed that has any."""
    accepted = _count_by_feed(
        engine,
        "SELECT a.feed, count(*) FROM admitted a LEFT JOIN person_record r ON r.id = a.person_record_id"
        " WHERE a.person_record_id IS NULL OR r.child_id IS NOT NULL GROUP BY a.feed",
    )
    quarantined = _count_by_feed(
        engine, "SELECT feed, count(*) FROM quarantine WHERE status <> 'released' GROUP BY feed"
    )
    for counted_as, found in (("accepted", accepted), ("quarantined", quarantined)):
        query = f"SELECT feed, count(*) FROM erased WHERE counted_as = '{counted_as}' GROUP BY feed"  # noqa: S608 - ours
        for feed, erased in _count_by_feed(engine, query).items():
            found[feed] = found.get(feed, 0) + erased
    feeds = sorted({*accepted, *quarantined})
    return {feed: Rows(accepted.get(feed, 0), quarantined.get(feed, 0)) for feed in feeds}


def _count_by_feed(engine: Engine, query: str) -> dict[str, int]:
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text(query))}


def outbox_size(engine: Engine) -> int:
    """Messages that are not published yet."""
    with engine.connect() as connection:
        size: int = connection.execute(text("SELECT count(*) FROM outbox")).scalar_one()
        return size
