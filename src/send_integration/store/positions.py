"""How far each reader has come in each partition; the truth from which a restarted worker goes on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection, Engine, text

from send_integration.errors import GapFound


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class Position(NamedTuple):
    """`next_offset` is the first that was not kept, `published_offset` the first whose outcome may be unpublished."""

    next_offset: int
    published_offset: int


class HasPlace(Protocol):
    """A message with its place in a topic."""

    @property
    def topic(self) -> str:
        """The topic's name."""

    @property
    def partition(self) -> int:
        """The partition's number."""

    @property
    def offset(self) -> int:
        """The message's number within the partition."""


Message = TypeVar("Message", bound=HasPlace)


def positions(engine: Engine, reader: str) -> dict[Place, Position]:
    """Where a reader stands, for every partition it has ever read."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                'SELECT topic, "partition", next_offset, published_offset FROM stream_position WHERE reader = :reader'
            ),
            {"reader": reader},
        )
        return {Place(row[0], row[1]): Position(row[2], row[3]) for row in rows}


def split_known(connection: Connection, reader: str, batch: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """The messages of a batch that are new, and those that this reader has kept before.

    Locks the partitions' positions until the transaction ends, so that two workers never keep the same messages.
    Raises GapFound where a batch starts past what was kept: the caller stops, and reads again from there.
    """
    places = sorted({Place(message.topic, message.partition) for message in batch})
    connection.execute(
        text(
            'INSERT INTO stream_position (reader, topic, "partition", next_offset, published_offset)'
            " SELECT :reader, t, p, 0, 0 FROM unnest(cast(:topics AS text[]), cast(:partitions AS int[])) AS u(t, p)"
            " ON CONFLICT DO NOTHING"
        ),
        _arrays(reader, places),
    )
    rows = connection.execute(
        text(
            'SELECT topic, "partition", next_offset FROM stream_position'
            ' WHERE reader = :reader AND (topic, "partition") IN'
            " (SELECT * FROM unnest(cast(:topics AS text[]), cast(:partitions AS int[])))"
            ' ORDER BY topic, "partition" FOR UPDATE'
        ),
        _arrays(reader, places),
    )
    next_offset = {Place(row[0], row[1]): row[2] for row in rows}
    new: list[Message] = []
    known: list[Message] = []
    for message in batch:
        place = Place(message.topic, message.partition)
        if message.offset < next_offset[place]:
            known.append(message)
        elif message.offset == next_offset[place]:
            new.append(message)
            next_offset[place] += 1
        else:
            raise GapFound(place.topic, place.partition, expected=next_offset[place], found=message.offset)
    return new, known


def move_on(
    connection: Connection, reader: str, batch: Iterable[HasPlace], counts: Mapping[Place, tuple[int, int, int]]
) -> None:
    """Record that new messages were kept; `counts` are accepted, quarantined and duplicates of each partition."""
    ends: dict[Place, int] = {}
    for message in batch:
        place = Place(message.topic, message.partition)
        ends[place] = max(ends.get(place, 0), message.offset + 1)
    for place in sorted({*ends, *counts}):
        accepted, quarantined, duplicates = counts.get(place, (0, 0, 0))
        connection.execute(
            text(
                "UPDATE stream_position SET next_offset = greatest(next_offset, :end), accepted = accepted + :accepted,"
                " quarantined = quarantined + :quarantined, duplicates = duplicates + :duplicates"
                ' WHERE reader = :reader AND topic = :topic AND "partition" = :partition'
            ),
            {
                "reader": reader,
                "topic": place.topic,
                "partition": place.partition,
                "end": ends.get(place, 0),
                "accepted": accepted,
                "quarantined": quarantined,
                "duplicates": duplicates,
            },
        )


def mark_published(engine: Engine, reader: str, batch: Iterable[HasPlace]) -> None:
    """Record that everything a batch had to say is on its topics.

    Of each partition in a transaction of its own: whoever held one while waiting for the next could wait in a ring with a gate,
    which holds those of its batch and then changes the counts of others.
    """
    ends: dict[Place, int] = {}
    for message in batch:
        place = Place(message.topic, message.partition)
        ends[place] = max(ends.get(place, 0), message.offset + 1)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for place in sorted(ends):
            connection.execute(
                text(
                    "UPDATE stream_position SET published_offset = least(next_offset, greatest(published_offset, :end))"
                    ' WHERE reader = :reader AND topic = :topic AND "partition" = :partition'
                ),
                {"reader": reader, "topic": place.topic, "partition": place.partition, "end": ends[place]},
            )


def _arrays(reader: str, places: Sequence[Place]) -> dict[str, object]:
    return {
        "reader": reader,
        "topics": [place.topic for place in places],
        "partitions": [place.partition for place in places],
    }


def start_from(
    engine: Engine, readers: Mapping[str, str], earliest: Mapping[tuple[str, int], int]
) -> dict[tuple[str, int], int]:
    """Where to start reading each partition: where its topic's reader has published up to.

    A partition that was never read starts at the first message that the broker still has, `earliest`.
    """
    places = sorted(earliest)
    with engine.begin() as connection:
        connection.execute(
            text(
                'INSERT INTO stream_position (reader, topic, "partition", next_offset, published_offset)'
                " SELECT r, t, p, o, o FROM unnest(cast(:readers AS text[]), cast(:topics AS text[]),"
                " cast(:partitions AS int[]), cast(:offsets AS bigint[])) AS u(r, t, p, o) ON CONFLICT DO NOTHING"
            ),
            {
                "readers": [readers[topic] for topic, _ in places],
                "topics": [topic for topic, _ in places],
                "partitions": [partition for _, partition in places],
                "offsets": [earliest[place] for place in places],
            },
        )
        rows = connection.execute(text('SELECT reader, topic, "partition", published_offset FROM stream_position'))
        return {
            (row[1], row[2]): row[3] for row in rows if readers.get(row[1]) == row[0] and (row[1], row[2]) in earliest
        }
