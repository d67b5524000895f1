"""What warning rules found in events that were let in, counted where a steward finds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text


class Remarked(NamedTuple):
    """A warning rule of a feed, and the agency in whose events it found something."""

    feed: str
    source: str
    rule: str


@dataclass(frozen=True, slots=True)
class RemarkCount:
    """How many events of one agency a rule remarked on, over all days that are kept."""

    feed: str
    source: str
    rule: str
    events: int
    today: int
    first_on: date
    last_on: date


def add_remarks(connection: Connection, found: Mapping[Remarked, int], noted_on: date) -> None:
    """Count a batch's remarks in one write.

    The rows are ordered, so that two gates of one feed wait for each other and never both.
    """
    if not found:
        return
    rows = sorted(found.items())
    connection.execute(
        text(
            "INSERT INTO remark (feed, source, rule, noted_on, events) SELECT f, s, r, :noted_on, n FROM unnest("
            "cast(:feeds AS text[]), cast(:sources AS text[]), cast(:rules AS text[]), cast(:events AS bigint[])"
            ") AS u(f, s, r, n) ON CONFLICT (feed, source, rule, noted_on)"
            " DO UPDATE SET events = remark.events + excluded.events"
        ),
        {
            "noted_on": noted_on,
            "feeds": [key.feed for key, _ in rows],
            "sources": [key.source for key, _ in rows],
            "rules": [key.rule for key, _ in rows],
            "events": [count for _, count in rows],
        },
    )


def remark_counts(engine: Engine, feed: str | None, today: date) -> list[RemarkCount]:
    """Remarks by feed, agency and rule, the most first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT feed, source, rule, cast(sum(events) AS bigint),"
                " cast(coalesce(sum(events) FILTER (WHERE noted_on = :today), 0) AS bigint), min(noted_on), max(noted_on)"
                " FROM remark WHERE cast(:feed AS text) IS NULL OR feed = :feed"
                " GROUP BY feed, source, rule ORDER BY 4 DESC, feed, source, rule"
            ),
            {"feed": feed, "today": today},
        )
        return [RemarkCount(*row) for row in rows]
