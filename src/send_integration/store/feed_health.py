"""What the pages and metrics on feeds ask beside the feeds' own tables; a bounded number of queries, however many events."""

from collections import defaultdict
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.watch.window import SUMS, Tally

_NAMES = ", ".join(SUMS)


class OpenItems(NamedTuple):
    """Items of one feed with one reason that wait in quarantine for somebody, and since when."""

    feed: str
    code: str
    items: int
    since: datetime


def volumes(connection: Connection, first: date) -> dict[str, dict[date, Tally]]:
    """The counts of every feed on each day from `first` on, without its columns."""
    rows = connection.execute(
        text(f"SELECT feed, day, {_NAMES} FROM feed_day WHERE day >= :first"),  # noqa: S608 - ours
        {"first": first},
    )
    found: defaultdict[str, dict[date, Tally]] = defaultdict(dict)
    for row in rows:
        found[row[0]][row[1]] = Tally(**dict(zip(SUMS, row[2:], strict=True)))
    return found


def last_days(engine: Engine) -> dict[str, date]:
    """The last day on which each feed brought anything; a feed that never did has none."""
    query = text("SELECT feed, max(day) FROM feed_day WHERE messages > 0 GROUP BY feed")
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def open_items(connection: Connection) -> dict[str, int]:
    """How many items of each feed wait in quarantine for somebody."""
    rows = connection.execute(text("SELECT feed, count(*) FROM quarantine WHERE status = 'open' GROUP BY feed"))
    return {row[0]: row[1] for row in rows}


def open_reasons(connection: Connection) -> list[OpenItems]:
    """The same by reason; an item with several reasons counts for each."""
    rows = connection.execute(
        text(
            "SELECT q.feed, r ->> 'code', count(DISTINCT q.id), min(q.quarantined_at)"
            " FROM quarantine q CROSS JOIN jsonb_array_elements(q.reasons) AS r WHERE q.status = 'open'"
            " GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2"
        )
    )
    return [OpenItems(*row) for row in rows]


def openings(connection: Connection) -> dict[str, int]:
    """How often each feed was ever paused."""
    rows = connection.execute(text("SELECT feed, count(*) FROM feed_change WHERE state = 'open' GROUP BY feed"))
    return {row[0]: row[1] for row in rows}


def totals(connection: Connection) -> dict[str, Tally]:
    """The counts of every feed over all days, without its columns; they only grow."""
    sums = ", ".join(
        f"cast(sum({name}) AS {'double precision' if name == 'lag_seconds' else 'bigint'})" for name in SUMS
    )
    rows = connection.execute(text(f"SELECT feed, {sums} FROM feed_day GROUP BY feed"))  # noqa: S608 - ours
    return {row[0]: Tally(**dict(zip(SUMS, row[1:], strict=True))) for row in rows}


def outbox_messages(connection: Connection) -> int:
    """Messages that are not published yet."""
    size: int = connection.execute(text("SELECT count(*) FROM outbox")).scalar_one()
    return size
