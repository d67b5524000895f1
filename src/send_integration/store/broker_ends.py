"""How far the broker's topics reached when a worker last asked, and so how much waits to be read."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, text


class HasEnds(Protocol):
    """A partition from its first message still kept to the place of the next."""

    @property
    def topic(self) -> str:
        """The topic's name."""

    @property
    def partition(self) -> int:
        """The partition's number."""

    @property
    def begin(self) -> int:
        """The first message that is still there."""

    @property
    def end(self) -> int:
        """The place of the next."""


class Waiting(NamedTuple):
    """How many messages of a topic its reader had not read yet, by the broker as of `seen_at`."""

    topic: str
    messages: int
    seen_at: datetime


def keep_ends(connection: Connection, found: Sequence[HasEnds], now: datetime) -> None:
    """Keep how far each partition reaches; two workers that both ask wait for each other and never both."""
    rows = sorted(found, key=lambda place: (place.topic, place.partition))
    connection.execute(
        text(
            'INSERT INTO broker_end (topic, "partition", begin_offset, end_offset, seen_at) SELECT t, p, b, e, :now'
            " FROM unnest(cast(:topics AS text[]), cast(:partitions AS int[]), cast(:begins AS bigint[]),"
            ' cast(:ends AS bigint[])) AS u(t, p, b, e) ON CONFLICT (topic, "partition") DO UPDATE SET'
            " begin_offset = excluded.begin_offset, end_offset = excluded.end_offset, seen_at = excluded.seen_at"
        ),
        {
            "now": now,
            "topics": [row.topic for row in rows],
            "partitions": [row.partition for row in rows],
            "begins": [row.begin for row in rows],
            "ends": [row.end for row in rows],
        },
    )


def waiting_by_topic(connection: Connection) -> dict[str, Waiting]:
    """What waits of each topic of which a worker has ever asked the broker."""
    rows = connection.execute(
        text(
            "SELECT e.topic, cast(sum(greatest(e.end_offset - coalesce(p.next_offset, e.begin_offset), 0)) AS bigint),"
            " min(e.seen_at) FROM broker_end e LEFT JOIN stream_position p ON p.topic = e.topic"
            " AND p.\"partition\" = e.\"partition\" AND p.reader IN ('gate', 'timeline') GROUP BY e.topic ORDER BY e.topic"
        )
    )
    return {row[0]: Waiting(*row) for row in rows}
