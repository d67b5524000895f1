"""How each channel stands, and what waits for them all."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from send_integration.watch.channels import ChannelHealth

_COLUMNS = "channel, failing_since, failed_at, failure, taken_at, told_at"


class Waiting(NamedTuple):
    """Messages that wait to be sent though they could be: how many, how many of them urgently, the oldest since when; and how
    many of all unsent ones cannot be delivered."""

    messages: int
    urgent: int
    since: datetime | None
    undeliverable: int


def use_channels(connection: Connection, channels: Sequence[str]) -> None:
    """Write down which channels are used from now on, first choice first.

    They are taken in the order of their names: two workers that start with other choices do not wait in a ring.
    """
    connection.execute(text("SELECT FROM channel_health ORDER BY channel FOR UPDATE"))
    connection.execute(
        text("UPDATE channel_health SET place = NULL WHERE channel <> ALL(:used)"), {"used": list(channels)}
    )
    connection.execute(
        text(
            "INSERT INTO channel_health (channel, place, failure) SELECT c, n, '' FROM unnest(cast(:used AS text[]))"
            " WITH ORDINALITY AS u(c, n) ORDER BY c ON CONFLICT (channel) DO UPDATE SET place = excluded.place"
        ),
        {"used": list(channels)},
    )


def channels_in_use(connection: Connection) -> dict[str, ChannelHealth]:
    """How each channel stands that is used, first choice first."""
    rows = connection.execute(
        text(f"SELECT {_COLUMNS} FROM channel_health WHERE place IS NOT NULL ORDER BY place")  # noqa: S608 - ours
    )
    return {row[0]: ChannelHealth(*row) for row in rows}


def change_health(
    connection: Connection, channel: str, change: Callable[[ChannelHealth], ChannelHealth]
) -> ChannelHealth:
    """Change how a channel stands, which no other process does meanwhile; gives how it stood before."""
    row = connection.execute(
        text(f"SELECT {_COLUMNS} FROM channel_health WHERE channel = :channel FOR UPDATE"),  # noqa: S608 - ours
        {"channel": channel},
    ).one()
    before = ChannelHealth(*row)
    after = change(before)
    connection.execute(
        text(
            "UPDATE channel_health SET failing_since = :failing_since, failed_at = :failed_at, failure = :failure,"
            " taken_at = :taken_at, told_at = :told_at WHERE channel = :channel"
        ),
        {
            "channel": channel,
            "failing_since": after.failing_since,
            "failed_at": after.failed_at,
            "failure": after.failure,
            "taken_at": after.taken_at,
            "told_at": after.told_at,
        },
    )
    return before


def waiting_messages(connection: Connection) -> Waiting:
    """What waits to be sent, of all channels; not what no channel may send, for it says of a restricted child."""
    row = connection.execute(
        text(
            "SELECT count(*) FILTER (WHERE held_since IS NOT NULL), count(*) FILTER (WHERE held_since IS NOT NULL AND urgent),"
            " min(held_since), count(*) FILTER (WHERE undeliverable_since IS NOT NULL) FROM delivery WHERE sent_at IS NULL"
        )
    ).one()
    return Waiting(*row)
