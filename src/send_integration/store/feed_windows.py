"""The counts of a feed's messages: of the window that is judged next, and by the day as what is usual."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from send_integration.watch.detection import BadSince
from send_integration.watch.window import SUMS, Tally

KEEP_WINDOWS = timedelta(days=35)
"""Windows that were judged are kept so long, for whoever asks what a feed looked like before it was parked."""

COLUMNS = (*SUMS, "last_recorded_at", "absent", "codes")
_NAMES = ", ".join(COLUMNS)
_GIVEN = ", ".join(f"cast(:{name} AS jsonb)" if name in ("absent", "codes") else f":{name}" for name in COLUMNS)
_SET = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)


@dataclass(frozen=True, slots=True)
class Window:
    """The messages of a feed that are judged together, since the first of them came."""

    began_at: datetime
    tally: Tally = field(default_factory=Tally)
    bad_since: BadSince = field(default_factory=dict)


def open_window(connection: Connection, feed: str, now: datetime) -> Window:
    """The window of a feed that is judged next; one that begins `now` where there is none."""
    row = connection.execute(
        text(f"SELECT {_NAMES}, began_at, bad_since FROM feed_window WHERE feed = :feed AND NOT judged"),  # noqa: S608 - ours
        {"feed": feed},
    ).one_or_none()
    if row is None:
        return Window(now)
    *_, began_at, bad_since = row
    return Window(began_at, _tally(row), {name: datetime.fromisoformat(at) for name, at in bad_since.items()})


def counted_of_open(connection: Connection) -> dict[str, int]:
    """How many messages each feed's open window has."""
    rows = connection.execute(text("SELECT feed, messages FROM feed_window WHERE NOT judged"))
    return {feed: messages for feed, messages in rows}  # noqa: C416 - a row is no pair for the types


def keep_window(connection: Connection, feed: str, window: Window) -> None:
    """Keep a feed's open window with its counts as they stand now; the feed's breaker must be held."""
    connection.execute(
        text(
            f"INSERT INTO feed_window (feed, began_at, bad_since, {_NAMES})"  # noqa: S608 - ours
            f" VALUES (:feed, :began_at, cast(:bad_since AS jsonb), {_GIVEN})"
            f" ON CONFLICT (feed) WHERE NOT judged DO UPDATE SET bad_since = excluded.bad_since, {_SET}"
        ),
        {
            **_values(window.tally),
            "feed": feed,
            "began_at": window.began_at,
            "bad_since": json.dumps({name: at.isoformat() for name, at in window.bad_since.items()}),
        },
    )


def close_window(connection: Connection, feed: str) -> None:
    """Let the next message begin a new window."""
    connection.execute(text("UPDATE feed_window SET judged = true WHERE feed = :feed AND NOT judged"), {"feed": feed})


def day_of(connection: Connection, feed: str, day: date) -> Tally:
    """The counts of a feed's day."""
    return dict(days_of(connection, feed, [day])).get(day, Tally())


def keep_day(connection: Connection, feed: str, day: date, tally: Tally) -> None:
    """Keep a day with its counts as they stand now; the feed's breaker must be held."""
    connection.execute(
        text(
            f"INSERT INTO feed_day (feed, day, {_NAMES}) VALUES (:feed, :day, {_GIVEN})"  # noqa: S608 - ours
            f" ON CONFLICT (feed, day) DO UPDATE SET {_SET}"
        ),
        {**_values(tally), "feed": feed, "day": day},
    )


def forget_volume(connection: Connection, feed: str, day: date) -> None:
    """Count no message that has come on a day towards its volume; the feed's breaker must be held."""
    connection.execute(
        text("UPDATE feed_day SET arrived_today = 0 WHERE feed = :feed AND day = :day"), {"feed": feed, "day": day}
    )


def days_of(connection: Connection, feed: str, days: Iterable[date]) -> list[tuple[date, Tally]]:
    """Those of some days of a feed on which messages came."""
    rows = connection.execute(
        text(f"SELECT {_NAMES}, day FROM feed_day WHERE feed = :feed AND day = ANY(:days) ORDER BY day"),  # noqa: S608 - ours
        {"feed": feed, "days": list(days)},
    )
    return [(row[-1], _tally(row)) for row in rows]


def forget_old_windows(connection: Connection, feed: str, now: datetime) -> None:
    """Remove a feed's judged windows that nobody asks for any more; its days stay."""
    connection.execute(
        text("DELETE FROM feed_window WHERE feed = :feed AND judged AND began_at < :before"),
        {"feed": feed, "before": now - KEEP_WINDOWS},
    )


def _values(tally: Tally) -> dict[str, Any]:
    given: dict[str, Any] = {name: getattr(tally, name) for name in SUMS}
    given["last_recorded_at"] = tally.last_recorded_at
    given["absent"] = json.dumps(dict(tally.absent))
    given["codes"] = json.dumps({name: dict(codes) for name, codes in tally.codes.items()})
    return given


def _tally(row: Sequence[Any]) -> Tally:
    return Tally(**dict(zip(COLUMNS, row, strict=False)))
