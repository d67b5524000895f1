"""How every feed stands, as its stewards see it: breaker, silence, trial and warnings together."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from send_integration.rules.silence import Unheard
from send_integration.steps.feeds import every_breaker
from send_integration.store.breakers import paused_since, rules_warned
from send_integration.store.feed_windows import counted_of_open
from send_integration.store.silences import ToldSilence, silent_feeds, standing_silences
from send_integration.watch.breaker import Breaker


class FeedStanding(NamedTuple):
    """How a feed stands for its stewards: its breaker, its silence, how many messages its open window has, and which batch
    rules warned of it since a day ago."""

    breaker: Breaker
    silence: ToldSilence | None
    counted: int
    warned: tuple[str, ...]


def feed_standings(engine: Engine, now: datetime) -> list[FeedStanding]:
    """How every feed stands, in the order of the feeds."""
    found = every_breaker(engine, now)
    with engine.connect() as connection:
        silent = standing_silences(connection)
        counted, warned = counted_of_open(connection), rules_warned(connection, now - timedelta(1))
    return [
        FeedStanding(breaker, silent.get(feed), counted.get(feed, 0), tuple(warned.get(feed, ())))
        for feed, breaker in found.items()
    ]


def unheard_feeds(engine: Engine) -> dict[str, Unheard]:
    """The feeds of which nothing is let in or nothing comes; one that is both is paused."""
    silent = {feed: Unheard(silence.since, paused=False) for feed, silence in silent_feeds(engine).items()}
    return silent | {feed: Unheard(since, paused=True) for feed, since in paused_since(engine).items()}
