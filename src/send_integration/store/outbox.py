"""What transactions had to say, waiting to be published."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, text

RELAY_LOCK = 8210003
"""Advisory lock: one relay at a time publishes, so that the order of each key is kept."""


BYTES_AT_ONCE = 32 * 1024 * 1024
"""Bytes that are taken together: a steward can replay a thousand items of megabytes each."""


class Said(NamedTuple):
    """A message in the outbox."""

    id: int
    topic: str
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    records: tuple[tuple[str, str], ...]


class ToSay(Protocol):
    """A message to be published."""

    @property
    def topic(self) -> str:
        """The topic's name."""

    @property
    def key(self) -> bytes:
        """Messages of one key keep their order."""

    @property
    def value(self) -> bytes | None:
        """The bytes; None takes away what a compacted topic holds under the key."""

    @property
    def headers(self) -> tuple[tuple[str, bytes], ...]:
        """Names and values; the values are text in UTF-8."""

    @property
    def records(self) -> tuple[tuple[str, str], ...]:
        """The person records by whose keys it is to be protected."""


def say(connection: Connection, messages: Sequence[ToSay]) -> None:
    """Add messages, to be published once the transaction is committed."""
    if messages:
        connection.execute(
            text(
                "INSERT INTO outbox (topic, key, value, headers, records) SELECT t, k, v, cast(h AS jsonb), cast(r AS jsonb)"
                " FROM unnest(cast(:topics AS text[]), cast(:keys AS bytea[]), cast(:values AS bytea[]),"
                " cast(:headers AS text[]), cast(:records AS text[])) AS u(t, k, v, h, r)"
            ),
            {
                "topics": [message.topic for message in messages],
                "keys": [message.key for message in messages],
                "values": [message.value for message in messages],
                "headers": [json.dumps([[name, value.decode()] for name, value in m.headers]) for m in messages],
                "records": [json.dumps(message.records) if message.records else None for message in messages],
            },
        )


def wait_for_disk(connection: Connection) -> None:
    """Wait until everything that has been committed is safe on disk: of the audit some is committed before it is."""
    connection.execute(text("SELECT pg_logical_emit_message(false, 'send', '', true)"))


def hold_the_relay(connection: Connection) -> None:
    """Wait until nobody publishes, and hold that off until this transaction ends: what waits can be changed in any order."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": RELAY_LOCK})


def try_to_be_the_relay(connection: Connection) -> bool:
    """Whether this connection may publish now; held until it closes or its transaction ends."""
    got: bool = connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": RELAY_LOCK}).scalar_one()
    return got


def waiting(connection: Connection, limit: int) -> list[Said]:
    """The oldest messages that are not published: so many at most, and no more bytes than fit easily in memory."""
    rows = connection.execute(
        text(
            "SELECT id, topic, key, value, headers, records FROM outbox JOIN ("
            "SELECT id, sum(coalesce(octet_length(value), 0)) OVER (ORDER BY id) - coalesce(octet_length(value), 0) AS before"
            " FROM (SELECT id, value FROM outbox ORDER BY id LIMIT :limit) AS oldest) AS sizes USING (id)"
            " WHERE before < :bytes ORDER BY id"
        ),
        {"limit": limit, "bytes": BYTES_AT_ONCE},
    )
    return [
        Said(
            row[0],
            row[1],
            bytes(row[2]),
            None if row[3] is None else bytes(row[3]),
            tuple((name, value.encode()) for name, value in row[4]),
            tuple((source, local_id) for source, local_id in row[5] or ()),
        )
        for row in rows
    ]


def keys_waiting(connection: Connection, topic: str) -> set[bytes]:
    """The keys under which a value waits to be published on a topic."""
    rows = connection.execute(
        text("SELECT DISTINCT key FROM outbox WHERE topic = :topic AND value IS NOT NULL"), {"topic": topic}
    )
    return {bytes(row[0]) for row in rows}


def published(connection: Connection, ids: Iterable[int]) -> None:
    """Remove messages that are on their topics."""
    connection.execute(text("DELETE FROM outbox WHERE id = ANY(:ids)"), {"ids": list(ids)})
