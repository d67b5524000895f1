"""How all feeds are doing, put together from what the gate has counted and kept."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.contracts import topics
from send_integration.store.agency_days import AgencyDay, agencies_since, last_heard
from send_integration.store.breakers import breakers
from send_integration.store.broker_ends import Waiting, waiting_by_topic
from send_integration.store.feed_health import open_items, volumes
from send_integration.store.feed_windows import open_window
from send_integration.store.silences import standing_silences
from send_integration.watch.breaker import new_breaker
from send_integration.watch.health import DAYS_OF_HISTORY, DAYS_SHOWN, FeedFacts, FeedHealth, health_of, worst_first
from send_integration.watch.measures import LEAST_MESSAGES

LOOKED_LATELY = timedelta(minutes=3)
"""A worker asks the broker four times a minute: where the last answer is older, no worker runs."""


class Overview(NamedTuple):
    """Every feed, the worst first; and when a worker last asked the broker what waits, None where none ever did."""

    feeds: list[FeedHealth]
    looked_at: datetime | None

    def is_stale(self, now: datetime) -> bool:
        """Whether no worker has asked the broker lately: what waits may be more than is told."""
        return self.looked_at is None or now - self.looked_at > LOOKED_LATELY


class NextJudgement(NamedTuple):
    """How many messages are counted towards a feed's next judgement by its batch rules, and since when; it falls due at
    `LEAST_MESSAGES`."""

    messages: int
    since: datetime | None


class OfAgency(NamedTuple):
    """An agency that sends a feed: its counts over the days shown, and ever."""

    agency: str
    lately: AgencyDay | None
    ever: AgencyDay


def overview(engine: Engine, today: date, now: datetime) -> Overview:
    """How every feed is doing; a handful of queries, however many feeds and events there are."""
    with engine.connect() as connection:
        return overview_of(connection, last_heard(connection), waiting_by_topic(connection), today, now)


def overview_of(
    connection: Connection,
    heard: Mapping[str, list[AgencyDay]],
    waiting: Mapping[str, Waiting],
    today: date,
    now: datetime,
) -> Overview:
    """The same, where it is known already which agencies were heard of and what waits at the broker."""
    known = breakers(connection)
    days = volumes(connection, today - timedelta(DAYS_OF_HISTORY))
    items = open_items(connection)
    silent = standing_silences(connection)
    feeds = [
        health_of(
            FeedFacts(
                feed,
                known.get(feed) or new_breaker(feed, now),
                days.get(feed, {}),
                max((of.tally.heard_at for of in heard.get(feed, ()) if of.tally.heard_at), default=None),
                waiting[name].messages if (name := topics.raw(feed).name) in waiting else None,
                items.get(feed, 0),
                feed in silent,
            ),
            today,
            now,
        )
        for feed in topics.FEEDS
    ]
    return Overview(worst_first(feeds), looked_at(waiting))


def looked_at(waiting: Mapping[str, Waiting]) -> datetime | None:
    """When a worker last asked the broker how far its topics reach."""
    return max((of_topic.seen_at for of_topic in waiting.values()), default=None)


def next_judgement(engine: Engine, feed: str, now: datetime) -> NextJudgement:
    """How far a feed's window has come since it was last judged."""
    with engine.connect() as connection:
        window = open_window(connection, feed, now)
    counted = window.tally.messages
    return NextJudgement(counted % LEAST_MESSAGES, window.began_at if counted else None)


def agencies_of_feed(engine: Engine, feed: str, today: date) -> list[OfAgency]:
    """Who sends a feed, whoever was heard of last first."""
    with engine.connect() as connection:
        ever = last_heard(connection).get(feed, [])
        lately = {row.agency: row for row in agencies_since(connection, today - timedelta(DAYS_SHOWN - 1), feed)}
    found = [OfAgency(row.agency, lately.get(row.agency), row) for row in ever]
    return sorted(found, key=lambda of: (of.ever.tally.heard_at is None, of.ever.tally.heard_at), reverse=True)
