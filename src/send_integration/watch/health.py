"""How each feed is doing, in words: what a steward must know first, and what there is to do about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from send_integration.watch.agencies import LEAST_OF_A_MARK, Mark
from send_integration.watch.breaker import Breaker, State
from send_integration.watch.measures import WEEKS_OF_HISTORY
from send_integration.watch.window import Tally, total

DAYS_SHOWN = 14
DAYS_OF_HISTORY = DAYS_SHOWN + 63
"""What is usual on the first of the days shown rests on the nine weeks before it."""

MUCH_REFUSED = 0.1
"""As the suites' own rule has it (window-refused-in-part): five times what careful sources get wrong."""

WEEK = 7
LEAST_WEEKS = 4
"""Of fewer weeks nothing is called usual on a weekday."""

STUCK_AFTER = timedelta(minutes=10)
"""Messages wait at the broker, and for so long none was read: a worker takes them within a second."""


class Standing(StrEnum):
    """How a feed stands, the worst first."""

    PAUSED = "paused"
    STUCK = "not read"
    MUCH_REFUSED = "much refused"
    SILENT = "silent"
    ON_TRIAL = "on trial"
    ITEMS = "items wait"
    WELL = "well"
    NEVER = "never heard of"

    @property
    def needs_somebody(self) -> bool:
        """Whether a person has something to do now, beyond the daily work on what was refused."""
        return self in (Standing.PAUSED, Standing.STUCK, Standing.MUCH_REFUSED, Standing.SILENT)


ORDER = tuple(Standing)


class Day(NamedTuple):
    """A day of a feed: what came, what is usual on that weekday, and what became of it."""

    day: date
    came: int
    usual: float | None
    accepted: int
    quarantined: int
    repeats: int

    @property
    def refused(self) -> Mark:
        """How many were refused or wait, of those that were new."""
        return Mark(self.quarantined, self.accepted + self.quarantined)


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """What is known of a feed. `days` are its counts by day; `heard_at` is when the gate last read a message of it.

    `waiting` is how many messages wait at the broker, None where no worker has ever asked it; `items` how many wait in
    quarantine for somebody; `silent` whether its stewards are told that it has fallen silent.
    """

    feed: str
    breaker: Breaker
    days: Mapping[date, Tally]
    heard_at: datetime | None
    waiting: int | None
    items: int
    silent: bool


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed as a steward reads it: how it stands and why, and its last days with today's last."""

    facts: FeedFacts
    standing: Standing
    days: tuple[Day, ...]
    lately: Mark
    lag_days: float | None

    @property
    def feed(self) -> str:
        """The feed's name."""
        return self.facts.feed

    @property
    def today(self) -> Day:
        """Today so far."""
        return self.days[-1]

    @property
    def refused(self) -> Mark:
        """How many were refused or wait over all the days shown, of those that were new."""
        marks = [day.refused for day in self.days]
        return Mark(sum(mark.right for mark in marks), sum(mark.of for mark in marks))


def health_of(facts: FeedFacts, today: date, now: datetime) -> FeedHealth:
    """How a feed is doing."""
    shown = [today - timedelta(back) for back in reversed(range(DAYS_SHOWN))]
    days = tuple(_day(facts.days, day) for day in shown)
    lately = _lately(days)
    rows = total(facts.days.get(day, Tally()) for day in shown)
    lag = rows.lag_seconds / rows.rows / 86_400 if rows.rows else None
    return FeedHealth(facts, _standing(facts, lately, now), days, lately, lag)


def worst_first(feeds: Iterable[FeedHealth]) -> list[FeedHealth]:
    """Feeds in the order in which they need somebody."""
    return sorted(feeds, key=lambda one: (ORDER.index(one.standing), -(one.facts.waiting or 0), -one.facts.items))


def usual_volume(days: Mapping[date, Tally], day: date) -> float | None:
    """How many messages are usual on a day: the median of its weekday over the eight weeks before; None without four."""
    first = min(days, default=day)
    weekdays = [day - timedelta(weeks=week) for week in range(1, WEEKS_OF_HISTORY + 1)]
    known = [days.get(one, Tally()).messages for one in weekdays if one >= first]
    return float(median(known)) if len(known) >= LEAST_WEEKS else None


def _standing(facts: FeedFacts, lately: Mark, now: datetime) -> Standing:
    holds = {
        Standing.PAUSED: facts.breaker.parked,
        Standing.STUCK: _is_stuck(facts, now),
        Standing.MUCH_REFUSED: lately.of >= LEAST_OF_A_MARK and lately.right > MUCH_REFUSED * lately.of,
        Standing.SILENT: facts.silent,
        Standing.ON_TRIAL: facts.breaker.state is State.HALF_OPEN,
        Standing.ITEMS: facts.items > 0,
        Standing.WELL: facts.heard_at is not None or bool(facts.days),
        Standing.NEVER: True,
    }
    return next(standing for standing in ORDER if holds[standing])


def _is_stuck(facts: FeedFacts, now: datetime) -> bool:
    """Messages wait although the feed is let in, and none was read for a while, nor was it resumed meanwhile."""
    resumed = facts.breaker.since if facts.breaker.why else None
    last = max((at for at in (facts.heard_at, resumed) if at is not None), default=None)
    return bool(facts.waiting) and last is not None and now - last > STUCK_AFTER


def _day(days: Mapping[date, Tally], day: date) -> Day:
    tally = days.get(day, Tally())
    usual = usual_volume(days, day)
    return Day(day, tally.messages, usual, tally.accepted, tally.quarantined, tally.duplicates)


def _lately(days: Iterable[Day]) -> Mark:
    """What was refused on the last day of the week past on which enough came to tell; else on all of them together."""
    week = list(days)[-WEEK:]
    for day in reversed(week):
        if day.refused.of >= LEAST_OF_A_MARK:
            return day.refused
    return Mark(sum(day.refused.right for day in week), sum(day.refused.of for day in week))
