"""What the feeds usually sent before a window comes: the days that its batch rules compare it with."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import Engine, text

from benchmarks.quality.clean import CleanAuthority
from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.quality.checks import RowChecks
from send_integration.store.feed_windows import keep_day
from send_integration.watch.window import Tally
from send_integration.when.london import london_day

DAYS = 63
GIVE_OR_TAKE = 0.2
A_WEEKENDS_SHARE = 0.5


def keep_history(engine: Engine, authority: CleanAuthority, checks: Mapping[str, RowChecks], now: datetime) -> None:
    """Give each feed nine weeks of days before `now`, in place of what was counted until here.

    A day has about as many rows as the window that is to come, a Saturday or Sunday half of them, drawn from the feed's own
    clean rows: a small authority's window holds months, and must not look like a flood.
    """
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM feed_window"))
        connection.execute(text("DELETE FROM feed_day"))
    for feed, rows in authority.window.items():
        events = [event for row in rows if isinstance(event := parse(row.raw, not_after=now, feed=feed), Event)]
        if events:
            _keep_days(engine, feed, _days(feed, events, checks[feed], london_day(now)))


def _days(feed: str, events: Sequence[Event], checks: RowChecks, today: date) -> dict[date, Tally]:
    chance = Random(feed)
    checked = checks.checked(events)
    found: dict[date, Tally] = {}
    for day in (today - timedelta(back) for back in range(1, DAYS + 1)):
        share = (A_WEEKENDS_SHARE if day.weekday() >= 5 else 1.0) * chance.uniform(1 - GIVE_OR_TAKE, 1 + GIVE_OR_TAKE)
        drawn = [chance.randrange(len(events)) for _ in range(round(share * len(events)))]
        columns, size = checked.columns_of(drawn), len(drawn)
        found[day] = Tally(
            size, size, size, rows=size, people=size, matched=size, absent=columns.absent, codes=columns.codes
        )
    return found


def _keep_days(engine: Engine, feed: str, days: Mapping[date, Tally]) -> None:
    with engine.begin() as connection:
        for day, tally in days.items():
            keep_day(connection, feed, day, tally)
