"""Messages that no channel took for a day, or that each refused: kept, tried on, and told to people."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.store.deliveries import change_free
from send_integration.store.secrecy import MAY_BE_SENT


class Undelivered(NamedTuple):
    """A message that cannot be delivered: whose it is, if an alert, a digest or a notice, and what the last channel said."""

    message_id: str
    recipient: str
    failure: str


class NotReached(NamedTuple):
    """How many messages to somebody cannot be delivered, since when."""

    messages: int
    since: datetime


_WHOSE = (
    "delivery d LEFT JOIN alert a ON a.alert_id = d.message_id LEFT JOIN notice n ON n.notice_id = d.message_id"
    " LEFT JOIN digest g ON g.digest_id = d.message_id"
)
_RECIPIENT = "coalesce(a.recipient, n.recipient, g.recipient)"


def mark_undeliverable(connection: Connection, today: date, held_before: datetime, now: datetime) -> None:
    """Write down of every message that could be sent for so long and was not that it cannot be delivered; of what somebody
    changes just now, next time."""
    overdue = f"d.sent_at IS NULL AND d.held_since <= :before AND d.undeliverable_since IS NULL AND {MAY_BE_SENT}"
    change_free(connection, overdue, "undeliverable_since = :now", before=held_before, today=today, now=now)


def untold(connection: Connection, *, but: Sequence[str]) -> list[Undelivered]:
    """Messages that cannot be delivered and of which nobody was told, but those whose ids begin so and those that
    somebody changes just now; locked."""
    rows = connection.execute(
        text(
            f"SELECT d.message_id, coalesce({_RECIPIENT}, ''), coalesce(d.failure, 'no channel took it')"  # noqa: S608 - ours
            f" FROM {_WHOSE} WHERE d.sent_at IS NULL AND d.undeliverable_since IS NOT NULL AND d.undeliverable_told_at IS NULL"
            " AND NOT EXISTS (SELECT FROM unnest(cast(:but AS text[])) AS u(p) WHERE starts_with(d.message_id, p))"
            " ORDER BY d.message_id FOR UPDATE OF d SKIP LOCKED"
        ),
        {"but": list(but)},
    )
    return [Undelivered(*row) for row in rows]


def mark_told(connection: Connection, message_ids: Sequence[str], now: datetime) -> None:
    """Record that people were told of messages that cannot be delivered."""
    connection.execute(
        text("UPDATE delivery SET undeliverable_told_at = :now WHERE message_id = ANY(:ids)"),
        {"ids": list(message_ids), "now": now},
    )


def is_asked(connection: Connection, message_id: str) -> bool:
    """Whether a message was asked for, sent or not."""
    found = connection.execute(text("SELECT FROM delivery WHERE message_id = :id"), {"id": message_id})
    return found.first() is not None


def not_reached(engine: Engine, recipients: Sequence[str]) -> NotReached | None:
    """Of the alerts, digests and notices to some recipients, how many cannot be delivered; None where all can."""
    with engine.connect() as connection:
        messages, since = connection.execute(
            text(
                f"SELECT count(*), min(d.undeliverable_since) FROM {_WHOSE} WHERE d.sent_at IS NULL"  # noqa: S608 - ours
                f" AND d.undeliverable_since IS NOT NULL AND {_RECIPIENT} = ANY(:recipients)"
            ),
            {"recipients": list(recipients)},
        ).one()
        return NotReached(messages, since) if messages else None
