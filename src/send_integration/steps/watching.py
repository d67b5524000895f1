"""Counts each batch of a feed within the gate's transaction, judges the window it ends in, and parks a feed that fails."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from send_integration.steps.feeds import say_change
from send_integration.store.breakers import change_breaker, hold_breaker, rules_told
from send_integration.store.feed_windows import (
    Window,
    close_window,
    day_of,
    days_of,
    forget_old_windows,
    keep_day,
    keep_window,
    open_window,
)
from send_integration.watch.breaker import RULES, Breaker, Failure, judged
from send_integration.watch.detection import counted_against, first_bad_at
from send_integration.watch.measures import LEAST_MESSAGES, WEEKS_OF_HISTORY, Measures, Usual, measures, usual_of
from send_integration.watch.window import Tally
from send_integration.when.london import london_day, london_midnight

MINUTE = timedelta(minutes=1)

Judge = Callable[[Measures], Sequence[Failure]]
"""A feed's batch expectations: those that a window fails by what it measures."""


class FeedParked(Exception):
    """The feed was parked before the batch could be kept: its transaction must be undone."""


class FeedWatch:
    """Watches the feeds whose batches one gate keeps; belongs to one thread."""

    def __init__(self, judge_of: Callable[[str], Judge], cool_down: timedelta) -> None:
        self._judge_of = judge_of
        self._cool_down = cool_down
        self._judges: dict[str, Judge] = {}
        self._usual: dict[str, tuple[date, Usual]] = {}

    def count(self, connection: Connection, feed: str, batch: Tally, now: datetime) -> None:
        """Add a batch's counts to its feed's window and day, and open the breaker where the window now fails.

        A window is judged each time that it has gained five hundred messages, so that judging costs little however small
        the batches are, and ends with the first judgement after a minute: every message is judged in some window. What only
        warns is told once a day.

        To be called last in the transaction that keeps the batch: it holds the feed's breaker until the commit, so that
        of all workers none keeps a batch of a feed that is parked. Raises FeedParked where it is.
        """
        breaker = hold_breaker(connection, feed, now)
        if breaker.parked:
            raise FeedParked
        if not batch.messages:
            return
        window = open_window(connection, feed, now)
        bad_since = counted_against(window.bad_since, batch, now)
        window = replace(window, tally=window.tally + batch, bad_since=bad_since)
        keep_window(connection, feed, window)
        day = london_day(now)
        today = day_of(connection, feed, day) + batch
        keep_day(connection, feed, day, today)
        counted = window.tally.messages
        if counted // LEAST_MESSAGES == (counted - batch.messages) // LEAST_MESSAGES:
            return
        failures = self._judge(feed, measures(window.tally, today, self._usual_of(connection, feed, day, now)))
        if self._act(connection, breaker, failures, window, now) or now - window.began_at >= MINUTE:
            close_window(connection, feed)

    def _act(
        self, connection: Connection, breaker: Breaker, failures: Sequence[Failure], window: Window, now: datetime
    ) -> bool:
        """Open or close the breaker by the verdict on a window, or tell of what only warns; gives whether it changed."""
        after = judged(breaker, failures, now, self._cool_down)
        if after is not breaker:
            change_breaker(connection, after)
            said = failures if after.parked else ()
            say_change(connection, after, said, at=now, why=after.why, first_bad_at=_since(window, said))
        if failures and not after.parked:
            told = rules_told(connection, breaker.feed, london_midnight(london_day(now)))
            if warned := [failed for failed in failures if failed.rule not in told]:
                say_change(
                    connection,
                    replace(after, who=RULES),
                    warned,
                    at=now,
                    why=" ".join(failed.in_words() for failed in warned),
                    first_bad_at=_since(window, warned),
                )
        return after is not breaker

    def _judge(self, feed: str, measured: Measures) -> Sequence[Failure]:
        if feed not in self._judges:
            self._judges[feed] = self._judge_of(feed)
        return self._judges[feed](measured)

    def _usual_of(self, connection: Connection, feed: str, day: date, now: datetime) -> Usual:
        """What is usual for the feed on a day; asked of the database once a day."""
        found = self._usual.get(feed)
        if found is None or found[0] != day:
            before = [day - timedelta(days) for days in range(1, 7 * (WEEKS_OF_HISTORY + 1) + 1)]
            found = self._usual[feed] = day, usual_of(dict(days_of(connection, feed, before)), day)
            forget_old_windows(connection, feed, now)
        return found[1]


def _since(window: Window, failures: Sequence[Failure]) -> datetime | None:
    return first_bad_at(window.began_at, window.bad_since, [failed.measure for failed in failures])


def unwatched() -> FeedWatch:
    """A watch that counts and has no rule."""
    return FeedWatch(lambda _feed: lambda _measured: (), timedelta(hours=1))
