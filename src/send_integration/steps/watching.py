"""Counts each batch of a feed within the gate's transaction, judges the window it ends in, and parks a feed that fails."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from send_integration.steps.feeds import say_change
from send_integration.store.breakers import change_breaker, hold_breaker
from send_integration.store.feed_windows import (
    Window,
    close_windows,
    day_of,
    days_of,
    forget_old_windows,
    keep_day,
    keep_window,
    waiting_windows,
)
from send_integration.watch.breaker import Breaker, Failure, judged
from send_integration.watch.detection import first_bad_at
from send_integration.watch.measures import LEAST_MESSAGES, WEEKS_OF_HISTORY, Measures, Usual, measures, usual_of
from send_integration.watch.window import Tally, total
from send_integration.when.london import london_day

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
        the batches are, and ends with the first judgement after a minute: every message is judged in some window.

        To be called last in the transaction that keeps the batch: it holds the feed's breaker until the commit, so that
        of all workers none keeps a batch of a feed that is parked. Raises FeedParked where it is.
        """
        breaker = hold_breaker(connection, feed, now)
        if breaker.parked:
            raise FeedParked
        if not batch.messages:
            return
        earlier = waiting_windows(connection, feed)
        current = Window(0, now)
        if earlier and now - earlier[-1].began_at < MINUTE:
            current = earlier.pop()
        current = replace(current, tally=current.tally + batch)
        day = london_day(now)
        today = day_of(connection, feed, day) + batch
        keep_day(connection, feed, day, today)
        minutes = [*earlier, current]
        window = total(minute.tally for minute in minutes)
        if window.messages // LEAST_MESSAGES == (window.messages - batch.messages) // LEAST_MESSAGES:
            keep_window(connection, feed, current)
            return
        failures = self._judge(feed, measures(window, today, self._usual_of(connection, feed, day, now)))
        told = {code for minute in minutes for code in minute.told}
        warned = [failed for failed in failures if not failed.rejects and failed.rule not in told]
        keep_window(connection, feed, replace(current, told=(*current.told, *(failed.rule for failed in warned))))
        changed = self._act(connection, breaker, failures, warned, now, minutes)
        if changed or now - minutes[0].began_at >= MINUTE:
            close_windows(connection, feed)

    def _act(
        self,
        connection: Connection,
        breaker: Breaker,
        failures: Sequence[Failure],
        warned: Sequence[Failure],
        now: datetime,
        minutes: Sequence[Window],
    ) -> bool:
        """Open or close the breaker by the verdict on a window, or tell of what only warns; gives whether it changed."""
        after = judged(breaker, failures, now, self._cool_down)
        if after is not breaker:
            change_breaker(connection, after)
            told = failures if after.parked else ()
            say_change(connection, after, told, at=now, why=after.why, first_bad_at=_since(minutes, told))
        elif warned:
            why = " ".join(failed.in_words() for failed in warned)
            say_change(connection, breaker, warned, at=now, why=why, first_bad_at=_since(minutes, warned))
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


def _since(minutes: Sequence[Window], failures: Sequence[Failure]) -> datetime | None:
    return first_bad_at([(minute.began_at, minute.tally) for minute in minutes], [f.measure for f in failures])


def unwatched() -> FeedWatch:
    """A watch that counts and has no rule."""
    return FeedWatch(lambda _feed: lambda _measured: (), timedelta(hours=1))
