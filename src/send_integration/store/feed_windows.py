"""The counts of a feed's messages: by the minute until they are judged, and by the day as what is usual."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from send_integration.watch.window import SUMS, Tally

KEEP_WINDOWS = timedelta(days=35)
"""Minutes that were judged are kept so long, for whoever asks what a feed looked like before it was parked."""

COLUMNS = (*SUMS, "last_recorded_at", "absent", "codes")
_NAMES = ", ".join(COLUMNS)
_GIVEN = ", ".join(f"cast(:{name} AS jsonb)" if name in ("absent", "codes") else f":{name}" for name in COLUMNS)
_SET = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)


@dataclass(frozen=True, slots=True)
class Window:
    """One minute of a feed; `id` is 0 where it is not kept yet, `told` are the rules that warned of it."""

    id: int
    began_at: datetime
    tally: Tally = field(default_factory=Tally)
    told: tuple[str, ...] = ()


def waiting_windows(connection: Connection, feed: str) -> list[Window]:
    """The minutes of a feed that belong to the window that is judged next, the oldest first."""
    rows = connection.execute(
        text(
            f"SELECT {_NAMES}, id, began_at, told FROM feed_window WHERE feed = :feed AND NOT judged"  # noqa: S608 - ours
            " ORDER BY began_at"
        ),
        {"feed": feed},
    )
    return [Window(row[-3], row[-2], _tally(row), tuple(row[-1])) for row in rows]


def keep_window(connection: Connection, feed: str, window: Window) -> None:
    """Keep a minute with its counts as they stand now; the feed's breaker must be held."""
    given = {
        **_values(window.tally),
        "id": window.id,
        "feed": feed,
        "began_at": window.began_at,
        "told": [*window.told],
    }
    if window.id:
        pairs = ", ".join(f"{name} = {value}" for name, value in zip(COLUMNS, _GIVEN.split(", "), strict=True))
        connection.execute(text(f"UPDATE feed_window SET {pairs}, told = :told WHERE id = :id"), given)  # noqa: S608 - ours
    else:
        connection.execute(
            text(
                f"INSERT INTO feed_window (feed, began_at, told, {_NAMES})"  # noqa: S608 - ours
                f" VALUES (:feed, :began_at, :told, {_GIVEN})"
            ),
            given,
        )


def close_windows(connection: Connection, feed: str) -> None:
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


def days_of(connection: Connection, feed: str, days: Iterable[date]) -> list[tuple[date, Tally]]:
    """Those of some days of a feed on which messages came."""
    rows = connection.execute(
        text(f"SELECT {_NAMES}, day FROM feed_day WHERE feed = :feed AND day = ANY(:days) ORDER BY day"),  # noqa: S608 - ours
        {"feed": feed, "days": list(days)},
    )
    return [(row[-1], _tally(row)) for row in rows]


def forget_old_windows(connection: Connection, feed: str, now: datetime) -> None:
    """Remove a feed's judged minutes that nobody asks for any more; its days stay."""
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
