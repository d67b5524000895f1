"""What transactions had to say, waiting to be published."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

RELAY_LOCK = 8210003
"""Advisory lock: one relay at a time publishes, so that the order of each key is kept."""


class Said(NamedTuple):
    """A message in the outbox."""

    id: int
    topic: str
    key: bytes
    value: bytes


def say(connection: Connection, messages: Sequence[tuple[str, bytes, bytes]]) -> None:
    """Add messages, each a topic, a key and a value, to be published once the transaction is committed."""
    if messages:
        connection.execute(
            text(
                "INSERT INTO outbox (topic, key, value) SELECT * FROM"
                " unnest(cast(:topics AS text[]), cast(:keys AS bytea[]), cast(:values AS bytea[]))"
            ),
            {
                "topics": [topic for topic, _, _ in messages],
                "keys": [key for _, key, _ in messages],
                "values": [value for _, _, value in messages],
            },
        )


def try_to_be_the_relay(connection: Connection) -> bool:
    """Whether this connection may publish now; held until it closes or its transaction ends."""
    got: bool = connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": RELAY_LOCK}).scalar_one()
    return got


def waiting(connection: Connection, limit: int) -> list[Said]:
    """The oldest messages that are not published."""
    rows = connection.execute(
        text("SELECT id, topic, key, value FROM outbox ORDER BY id LIMIT :limit"), {"limit": limit}
    )
    return [Said(row[0], row[1], bytes(row[2]), bytes(row[3])) for row in rows]


def published(connection: Connection, ids: Iterable[int]) -> None:
    """Remove messages that are on their topics."""
    connection.execute(text("DELETE FROM outbox WHERE id = ANY(:ids)"), {"ids": list(ids)})
