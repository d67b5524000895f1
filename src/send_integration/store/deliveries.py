"""Messages that are to be sent, each until a channel has taken it; who sends one now, no other process sends."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from send_integration.alerts.letters import Letter
from send_integration.store.secrecy import MAY_BE_SENT


class Delivery(NamedTuple):
    """A message to an address. An urgent one goes by the next channel where the first cannot take it."""

    message_id: str
    address: str
    content: Letter
    urgent: bool = False


class DueDelivery(NamedTuple):
    """A message that this process is to send now by a channel. `sent_as` is the id that goes out with it: the same however
    often this message is tried, and another where it is asked for anew. `claimed_until` is what nobody else has."""

    message_id: str
    sent_as: str
    channel: str
    address: str
    attempts: int
    urgent: bool
    refused_by: tuple[str, ...]
    claimed_until: datetime
    content: Letter


class Claim(NamedTuple):
    """What a process is ready to send: by which channels of all, in their order, which can be tried now, and which of them
    is to show whether it lives ('' for none); and until when no other process is to take what it gets."""

    channels: Sequence[str]
    open: Sequence[str]
    probe: str
    today: date
    now: datetime
    until: datetime


def add_deliveries(connection: Connection, rows: Sequence[Delivery], due_at: datetime) -> None:
    """Ask for messages to be sent, also those that were sent once before."""
    connection.execute(
        text(
            "INSERT INTO delivery (message_id, address, content, urgent, due_at)"
            " SELECT m, a, cast(t AS jsonb), g, :due_at FROM unnest(cast(:messages AS text[]), cast(:addresses AS text[]),"
            " cast(:contents AS text[]), cast(:urgent AS boolean[])) AS u(m, a, t, g)"
            " ON CONFLICT (message_id) DO UPDATE SET address = excluded.address, content = excluded.content,"
            " urgent = excluded.urgent, due_at = excluded.due_at, sent_at = NULL, channel = NULL, attempts = 0, failure = NULL,"
            " refused_by = '{}', claimed_until = NULL, held_since = NULL, undeliverable_since = NULL,"
            " undeliverable_told_at = NULL, times_asked = delivery.times_asked + 1"
        ),
        {
            "messages": [row.message_id for row in rows],
            "addresses": [row.address for row in rows],
            "contents": [json.dumps(row.content._asdict()) for row in rows],
            "urgent": [row.urgent for row in rows],
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


def readdress_deliveries(connection: Connection, addresses: Mapping[str, str], now: datetime) -> None:
    """Send what is not yet sent to other addresses, where these are others; at once what an old one has kept from going."""
    known = {message_id: address for message_id, address in addresses.items() if address}
    connection.execute(
        text(
            "UPDATE delivery d SET address = u.a, due_at = CASE WHEN d.attempts > 0 OR d.refused_by <> '{}'"
            " THEN least(d.due_at, :now) ELSE d.due_at END, channel = NULL, attempts = 0, failure = NULL, refused_by = '{}',"
            " claimed_until = NULL, held_since = NULL, undeliverable_since = NULL, undeliverable_told_at = NULL"
            " FROM unnest(cast(:messages AS text[]), cast(:addresses AS text[])) AS u(m, a)"
            " WHERE d.message_id = u.m AND d.address <> u.a AND d.sent_at IS NULL"
        ),
        {"messages": list(known), "addresses": list(known.values()), "now": now},
    )


# A message goes by its first channel that has not refused it; an urgent one by the first of those that can be tried now, and
# another by the channel of which it is to be known whether it lives.
_BY = (
    "SELECT c FROM unnest(cast(:channels AS text[])) WITH ORDINALITY AS u(c, n) WHERE c <> ALL(d.refused_by)"
    " AND (NOT d.urgent OR c = ANY(:open)) ORDER BY c = :probe AND NOT d.urgent DESC, n LIMIT 1"
)

# What says of a restricted child waits while its address is not that of the child's named worker.
_DUE = (
    f"d.sent_at IS NULL AND d.due_at <= :now AND (d.claimed_until IS NULL OR d.claimed_until <= :now) AND {MAY_BE_SENT}"
)

_CLAIM = text(
    f"WITH next AS MATERIALIZED (SELECT d.message_id, by.c FROM delivery d CROSS JOIN LATERAL ({_BY}) AS by"  # noqa: S608 - ours
    f" WHERE d.urgent = :urgent AND by.c = ANY(:open) AND {_DUE}"
    " ORDER BY d.due_at, d.message_id LIMIT 1 FOR UPDATE OF d SKIP LOCKED)"
    " UPDATE delivery SET claimed_until = :until FROM next WHERE delivery.message_id = next.message_id"
    " RETURNING delivery.message_id, times_asked, next.c, address, attempts, urgent, refused_by, claimed_until, content"
)


def claim_delivery(connection: Connection, claim: Claim, *, urgent: bool) -> DueDelivery | None:
    """The oldest message, urgent or not, that can be sent now; no other process has it until the claim is over."""
    row = connection.execute(_CLAIM, {**claim._asdict(), "urgent": urgent}).one_or_none()
    if row is None:
        return None
    message_id, times_asked, channel, address, attempts, is_urgent, refused_by, until, content = row
    sent_as = _sent_as(message_id, times_asked)
    return DueDelivery(
        message_id, sent_as, channel, address, attempts, is_urgent, tuple(refused_by), until, Letter(**content)
    )


def _sent_as(message_id: str, times_asked: int) -> str:
    """An id of letters, digits and hyphens, as every channel takes it."""
    plain = re.sub("[^A-Za-z0-9-]", "-", message_id)
    return plain if times_asked == 1 else f"{plain}-{times_asked}"


def change_free(connection: Connection, condition: str, change: str, **given: object) -> None:
    """Change the messages `d` that meet a condition, but for those that somebody else is changing: whoever waited for one of
    them while holding others could wait in a ring. Both are SQL."""
    connection.execute(
        text(
            f"WITH free AS MATERIALIZED (SELECT d.message_id FROM delivery d WHERE {condition} FOR UPDATE OF d SKIP LOCKED)"  # noqa: S608 - ours
            f" UPDATE delivery SET {change} FROM free WHERE delivery.message_id = free.message_id"
        ),
        given,
    )


def hold_due(connection: Connection, today: date, now: datetime) -> None:
    """Write down of every message that could be sent now and is not, since when; of what somebody changes, next time."""
    change_free(connection, f"d.held_since IS NULL AND {_DUE}", "held_since = :now", today=today, now=now)


def delivered(connection: Connection, due: DueDelivery, now: datetime) -> None:
    """Record that a channel has taken a message."""
    _end_claim(
        connection, due, "channel = :channel, sent_at = :now, failure = NULL, undeliverable_since = NULL", now=now
    )


def not_delivered(connection: Connection, due: DueDelivery, failure: str, now: datetime, next_try: datetime) -> None:
    """Record why a channel did not take a message, and when it is tried again."""
    change = "attempts = attempts + 1, held_since = coalesce(held_since, :now), due_at = :next_try, failure = :failure"
    _end_claim(connection, due, f"channel = :channel, {change}", failure=failure, now=now, next_try=next_try)


def leave_to_the_next(connection: Connection, due: DueDelivery, failure: str, *, refused: bool) -> None:
    """Record why a channel did not take a message that another channel can be tried with at once."""
    refusal = ", refused_by = array_append(refused_by, :channel)" if refused else ""
    _end_claim(connection, due, f"channel = :channel, failure = :failure{refusal}", failure=failure)


def refused_by_all(connection: Connection, due: DueDelivery, failure: str, now: datetime, next_try: datetime) -> None:
    """Record that no channel will take a message as it is; all are asked once more later."""
    change = (
        "channel = NULL, refused_by = '{}', attempts = attempts + 1, failure = :failure, due_at = :next_try,"
        " held_since = coalesce(held_since, :now), undeliverable_since = coalesce(undeliverable_since, :now)"
    )
    _end_claim(connection, due, change, failure=failure, now=now, next_try=next_try)


def _end_claim(connection: Connection, due: DueDelivery, change: str, **given: object) -> None:
    """Change a message unless it was asked for anew, or taken by another process, since it was claimed."""
    connection.execute(
        text(
            f"UPDATE delivery SET claimed_until = NULL, {change} WHERE message_id = :message AND claimed_until = :claim"  # noqa: S608 - ours
        ),
        {"message": due.message_id, "claim": due.claimed_until, "channel": due.channel, **given},
    )


def due_again(connection: Connection, channel: str, now: datetime) -> None:
    """Send at once what waits for its next try because a channel failed that lives again; of urgent messages also those that
    another channel failed last. What every channel refused waits on, and what somebody changes just now until its next try."""
    waits = "d.sent_at IS NULL AND d.due_at > :now AND (d.channel = :channel OR (d.urgent AND d.channel IS NOT NULL))"
    change_free(connection, waits, "due_at = :now", channel=channel, now=now)
