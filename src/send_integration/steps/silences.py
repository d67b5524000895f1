"""Looks by the clock which feeds have fallen silent, tells their stewards once, and says when they send again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.alerts.letters import silence_letter
from send_integration.channels.smtp import Smtp
from send_integration.contracts.topics import FEEDS
from send_integration.steps.feeds import STEWARDS, say_change
from send_integration.steps.watching import Judge
from send_integration.store.breakers import hold_breaker
from send_integration.store.deliveries import Delivery, add_deliveries, drop_unsent
from send_integration.store.silences import (
    add_silence,
    days_parked,
    end_silence,
    mark_silences_posted,
    standing_silences,
    unposted_silences,
    volumes_since,
)
from send_integration.watch.breaker import RULES, Failure
from send_integration.watch.days import DAYS_OF_HISTORY
from send_integration.watch.measures import SILENCE
from send_integration.watch.silence import Silence, silence_of
from send_integration.when.london import london_day, london_midnight

AGAIN = "The feed sends again."

LETTER = "silence-"
"""How the ids of letters on silent feeds begin; the number of the silence follows."""


class _Found(NamedTuple):
    """A feed that is silent for longer than its rules allow."""

    feed: str
    silence: Silence
    failures: Sequence[Failure]


class SilenceLook:
    """Looks at the feeds' silence; belongs to one thread at a time.

    `judge_of` gives a feed's batch expectations; `waits` says whether messages of a feed wait at the broker: what was
    not read yet is no silence.
    """

    def __init__(self, engine: Engine, judge_of: Callable[[str], Judge], waits: Callable[[str], bool]) -> None:
        self._engine = engine
        self._judge_of = judge_of
        self._waits = waits
        self._judges: dict[str, Judge] = {}

    def look(self, now: datetime) -> int:
        """Tell of every feed that has newly fallen silent or sends again; gives how many."""
        with self._engine.connect() as connection:
            standing, silences = standing_silences(connection), self._silences(connection, now)
        again = [feed for feed, known in standing.items() if feed in silences and silences[feed].since > known.since]
        too_long = [
            _Found(feed, silence, failures)
            for feed, silence in silences.items()
            if feed not in standing and silence.days and (failures := self._judge(feed, silence))
        ]
        told = [self._tell(one, now) for one in too_long if not self._waits(one.feed)]
        return sum(told) + sum(self._end(feed, now) for feed in again)

    def _silences(self, connection: Connection, now: datetime) -> dict[str, Silence]:
        """How long each feed has been silent, of those that ever sent as usual."""
        today = london_day(now)
        since = today - timedelta(DAYS_OF_HISTORY)
        midnight = london_midnight(today)
        passed = (now - midnight) / (london_midnight(today + timedelta(1)) - midnight)
        volumes, parked = volumes_since(connection, since), days_parked(connection, since, now)
        found = {
            feed: silence_of(volumes.get(feed, {}), parked.get(feed, frozenset()), today, passed) for feed in FEEDS
        }
        return {feed: silence for feed, silence in found.items() if silence is not None}

    def _judge(self, feed: str, silence: Silence) -> Sequence[Failure]:
        if feed not in self._judges:
            self._judges[feed] = self._judge_of(feed)
        failures = self._judges[feed]({SILENCE: silence.measure})
        return [failed for failed in failures if failed.measure == SILENCE]

    def _tell(self, found: _Found, now: datetime) -> bool:
        """Keep and publish a warning; not where another worker has, or where the feed is parked by now."""
        why = " ".join((*(failed.in_words() for failed in found.failures), found.silence.in_words()))
        with self._engine.begin() as connection:
            breaker = hold_breaker(connection, found.feed, now)
            if breaker.parked or not add_silence(connection, found.feed, found.silence.since, why, now):
                return False
            say_change(connection, replace(breaker, who=RULES), found.failures, at=now, why=why)
        return True

    def _end(self, feed: str, now: datetime) -> bool:
        """Keep and publish that a feed sends again; not where another worker has."""
        with self._engine.begin() as connection:
            breaker = hold_breaker(connection, feed, now)
            if not end_silence(connection, feed, now):
                return False
            say_change(connection, replace(breaker, who=RULES), (), at=now, why=AGAIN)
        return True


def post_silences(engine: Engine, mailboxes: Mapping[str, str], fallback: str, now: datetime) -> int:
    """Ask for each standing silence to be sent to the stewards by mail, once; gives how many were."""
    address = mailboxes.get(STEWARDS, "") or fallback
    if not address:
        return 0
    with engine.begin() as connection:
        standing = standing_silences(connection)
        drop_unsent(connection, LETTER, but=[f"{LETTER}{silence.id}" for silence in standing.values()])
        found = unposted_silences(connection)
        mark_silences_posted(connection, [silence.id for silence in found], now)
        letters = [(f"{LETTER}{silence.id}", silence_letter(silence.feed, silence.why)) for silence in found]
        add_deliveries(connection, [Delivery(name, Smtp.name, address, letter) for name, letter in letters], now)
        return len(letters)
