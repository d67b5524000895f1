"""Silences of feeds as they are kept, and what of a feed's history they are measured by."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.when.london import london_day

_COLUMNS = "id, feed, since, told_at, why"
_STANDING = f"SELECT {_COLUMNS} FROM feed_silence WHERE ended_at IS NULL"  # noqa: S608 - ours


class ToldSilence(NamedTuple):
    """A silence that stewards are told of: since which day, when it was told, and what was measured, in words."""

    id: int
    feed: str
    since: date
    told_at: datetime
    why: str


def standing_silences(connection: Connection) -> dict[str, ToldSilence]:
    """The feeds that are silent now, each with its silence."""
    found = [ToldSilence(*row) for row in connection.execute(text(_STANDING))]
    return {silence.feed: silence for silence in found}


def silent_feeds(engine: Engine) -> dict[str, ToldSilence]:
    """The same, asked by itself."""
    with engine.connect() as connection:
        return standing_silences(connection)


def add_silence(connection: Connection, feed: str, since: date, why: str, now: datetime) -> bool:
    """Keep that a feed is silent; False where that is known already."""
    return bool(
        connection.execute(
            text(
                "INSERT INTO feed_silence (feed, since, told_at, why) VALUES (:feed, :since, :now, :why)"
                " ON CONFLICT (feed) WHERE ended_at IS NULL DO NOTHING"
            ),
            {"feed": feed, "since": since, "now": now, "why": why},
        ).rowcount
    )


def end_silence(connection: Connection, feed: str, now: datetime) -> bool:
    """Keep that a feed sends again; False where it was not silent."""
    return bool(
        connection.execute(
            text("UPDATE feed_silence SET ended_at = :now WHERE feed = :feed AND ended_at IS NULL"),
            {"feed": feed, "now": now},
        ).rowcount
    )


def unposted_silences(connection: Connection) -> list[ToldSilence]:
    """Standing silences of which the stewards were not yet told by mail; locked until the transaction ends."""
    rows = connection.execute(text(f"{_STANDING} AND posted_at IS NULL ORDER BY id FOR UPDATE"))
    return [ToldSilence(*row) for row in rows]


def mark_silences_posted(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Record that silences were handed to the channels."""
    connection.execute(
        text("UPDATE feed_silence SET posted_at = :now WHERE id = ANY(:ids)"), {"now": now, "ids": list(ids)}
    )


def volumes_since(connection: Connection, since: date) -> dict[str, dict[date, int]]:
    """Each feed's messages by the day, from a day on."""
    found: dict[str, dict[date, int]] = {}
    rows = connection.execute(
        text("SELECT feed, day, messages FROM feed_day WHERE day >= :since AND messages > 0"), {"since": since}
    )
    for feed, day, messages in rows:
        found.setdefault(feed, {})[day] = messages
    return found


def days_parked(connection: Connection, since: date, now: datetime) -> dict[str, frozenset[date]]:
    """For each feed the days from `since` on that it was parked on, wholly or for a while."""
    rows = connection.execute(
        text(
            "SELECT feed, at, coalesce(lead(at) OVER (PARTITION BY feed ORDER BY id), :now), state FROM feed_change"
            " WHERE state = 'open' OR failures = '[]' ORDER BY id"
        ),
        {"now": now},
    )
    found: dict[str, set[date]] = {}
    for feed, began, ended, state in rows:
        day = max(london_day(began), since)
        while state == "open" and day <= london_day(ended):
            found.setdefault(feed, set()).add(day)
            day += timedelta(1)
    return {feed: frozenset(days) for feed, days in found.items()}
