"""Messages that are to be sent by a channel, each until one has taken it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.alerts.letters import Letter
from send_integration.store.secrecy import MAY_BE_SENT


class DueDelivery(NamedTuple):
    """A message that is to be sent by a channel now."""

    message_id: str
    channel: str
    address: str
    attempts: int
    content: Letter


class Delivery(NamedTuple):
    """A message by a channel to an address."""

    message_id: str
    channel: str
    address: str
    content: Letter


def add_deliveries(connection: Connection, rows: Sequence[Delivery], due_at: datetime) -> None:
    """Ask for messages to be sent, also those that were sent once before."""
    connection.execute(
        text(
            "INSERT INTO delivery (message_id, channel, address, content, due_at) SELECT m, c, a, cast(t AS jsonb), :due_at"
            " FROM unnest(cast(:messages AS text[]), cast(:channels AS text[]), cast(:addresses AS text[]),"
            " cast(:contents AS text[])) AS u(m, c, a, t) ON CONFLICT (message_id, channel) DO UPDATE SET"
            " address = excluded.address, content = excluded.content, sent_at = NULL, due_at = excluded.due_at, attempts = 0"
        ),
        {
            "messages": [row.message_id for row in rows],
            "channels": [row.channel for row in rows],
            "addresses": [row.address for row in rows],
            "contents": [json.dumps(row.content._asdict()) for row in rows],
            "due_at": due_at,
        },
    )


def drop_unsent(connection: Connection, prefix: str, *, but: Iterable[str]) -> None:
    """Send no more what is not yet sent of the messages whose ids begin with `prefix`, except some."""
    connection.execute(
        text("DELETE FROM delivery WHERE sent_at IS NULL AND message_id LIKE :prefix AND message_id <> ALL(:but)"),
        {"prefix": f"{prefix}%", "but": list(but)},
    )


def reword_deliveries(connection: Connection, letters: Mapping[str, Letter]) -> None:
    """Send what is not yet sent as it is worded now."""
    connection.execute(
        text(
            "UPDATE delivery d SET content = cast(u.t AS jsonb) FROM unnest(cast(:messages AS text[]),"
            " cast(:contents AS text[])) AS u(m, t) WHERE d.message_id = u.m AND d.sent_at IS NULL"
        ),
        {"messages": list(letters), "contents": [json.dumps(letter._asdict()) for letter in letters.values()]},
    )


def due_deliveries(engine: Engine, today: date, now: datetime, limit: int) -> list[DueDelivery]:
    """What is to be sent now, oldest first; what says of a restricted child waits while its address is not that of the
    child's named worker, who has not left by `today`."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT message_id, channel, address, attempts, content FROM delivery d"  # noqa: S608 - ours
                f" WHERE sent_at IS NULL AND due_at <= :now AND {MAY_BE_SENT} ORDER BY due_at, message_id LIMIT :limit"
            ),
            {"now": now, "today": today, "limit": limit},
        )
        return [DueDelivery(row[0], row[1], row[2], row[3], Letter(**row[4])) for row in rows]


def delivered(engine: Engine, due: DueDelivery, now: datetime) -> None:
    """Record that a channel has taken a message."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE delivery SET sent_at = :now, failure = NULL WHERE message_id = :message AND channel = :channel"
            ),
            {"now": now, "message": due.message_id, "channel": due.channel},
        )


def not_delivered(engine: Engine, due: DueDelivery, failure: str, next_try: datetime) -> None:
    """Record why a channel did not take a message, and when it is tried again."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE delivery SET attempts = attempts + 1, failure = :failure, due_at = :next_try"
                " WHERE message_id = :message AND channel = :channel"
            ),
            {"failure": failure, "next_try": next_try, "message": due.message_id, "channel": due.channel},
        )
