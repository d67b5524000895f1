"""A clean simulated authority: what is kept before the faults come, and the rows that get them, feed by feed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from send_integration.contracts import topics
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps.batch import RawMessage

UNTIL = date(2025, 1, 16)
NOW = datetime.combine(UNTIL + timedelta(1), time(), UTC)
CLEAN_DAYS = 30
ROWS = 600
MOST_OF_A_FEED = 0.9
"""Of each feed the last so many rows get faults, or the last nine tenths where that is less: batch rules judge from 500 on."""

SCHOOL_YEAR_ROWS = "send.school.enrolled.v1"


class Sent(NamedTuple):
    """A line as a source sent it, and when it arrived."""

    feed: str
    raw: bytes
    arrived_at: datetime

    @property
    def body(self) -> dict[str, Any]:
        """The event's body."""
        found: dict[str, Any] = json.loads(self.raw)
        return found


@dataclass(frozen=True, slots=True)
class CleanAuthority:
    """`before` is kept before any fault; `window` are the rows of each feed that get faults, in arrival's order."""

    before: Sequence[Sent]
    window: Mapping[str, Sequence[Sent]]

    def last_days(self) -> list[Sent]:
        """What arrived in the last days, all of which is held back from `before`."""
        since = NOW - timedelta(CLEAN_DAYS)
        return [one for rows in self.window.values() for one in rows if one.arrived_at >= since]

    def older(self) -> list[Sent]:
        """What is held back and arrived earlier."""
        since = NOW - timedelta(CLEAN_DAYS)
        return [one for rows in self.window.values() for one in rows if one.arrived_at < since]


def clean_authority(children: int, seed: int) -> CleanAuthority:
    """An authority without any dirt; the same arguments give the same."""
    made = simulate_authority(
        load_profile("luton-2024"), children=children, seed=seed, until=UNTIL, dirt="none", statutory_dates=True
    )
    of_feed: dict[str, list[Sent]] = {feed: [] for feed in topics.FEEDS}
    for item in made.arrived:
        of_feed[item.line.feed].append(Sent(item.line.feed, item.raw, item.line.arrives_at))
    since = NOW - timedelta(CLEAN_DAYS)
    before: list[Sent] = []
    window: dict[str, list[Sent]] = {}
    for feed, rows in of_feed.items():
        recent = sum(row.arrived_at >= since for row in rows)
        held = max(min(ROWS, round(MOST_OF_A_FEED * len(rows))), recent)
        # Enrolments come once a year: the window has some, or no year group could be wrong in it.
        extra = [row for row in rows[:-held] if SCHOOL_YEAR_ROWS.encode() in row.raw][-120:] if held else []
        kept = set(extra)
        before += [row for row in rows[: len(rows) - held] if row not in kept]
        window[feed] = [*extra, *rows[len(rows) - held :]]
    return CleanAuthority(before, window)


def messages(feed: str, rows: Sequence[tuple[bytes, datetime]], first: int = 0, partition: int = 0) -> list[RawMessage]:
    """Rows as they are read from the feed's raw topic."""
    topic = topics.raw(feed).name
    return [
        RawMessage(topic, partition, first + number, b"", raw, (), arrived)
        for number, (raw, arrived) in enumerate(rows)
    ]
