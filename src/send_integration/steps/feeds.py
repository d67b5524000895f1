"""What is done to a feed's circuit breaker outside the gate: by people, by the clock, and the telling of stewards."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from send_integration.alerts.letters import feed_letter
from send_integration.contracts import topics
from send_integration.contracts.content_types import AS_JSON
from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadInput
from send_integration.steps.batch import Outgoing
from send_integration.store.breakers import (
    breakers,
    change_breaker,
    failures_as_json,
    hold_breaker,
    keep_change,
    mark_openings_posted,
    standing_openings,
    unposted_openings,
)
from send_integration.store.deliveries import Delivery, add_deliveries, drop_unsent
from send_integration.store.feed_windows import close_window, forget_volume
from send_integration.store.outbox import say
from send_integration.store.sessions import Session, record_within
from send_integration.watch.breaker import Breaker, Failure, State, cooled, new_breaker, pause, resume
from send_integration.when.london import london_day, utc_text

STEWARDS = "data-stewards"
"""The team whose mailbox is told of feeds, and of judgements that differ."""

LETTER = "feed-"
"""How the ids of letters on paused feeds begin; the number of the change follows."""

PAUSE, RESUME = "pause-feed", "resume-feed"
"""What the audit calls a person's part in it."""


def every_breaker(engine: Engine, now: datetime) -> dict[str, Breaker]:
    """How every feed stands, in the order of the feeds."""
    with engine.connect() as connection:
        known = breakers(connection)
    return {feed: known.get(feed) or new_breaker(feed, now) for feed in FEEDS}


def parked_now(engine: Engine, now: datetime) -> frozenset[str]:
    """The feeds that are parked, once those whose cool-down is over are on trial."""
    with engine.begin() as connection:
        known = breakers(connection)
        for feed, breaker in known.items():
            if cooled(breaker, now) is not breaker:
                held = hold_breaker(connection, feed, now)  # another worker may have been first
                known[feed] = _change(connection, held, cooled(held, now), now)
    return frozenset(feed for feed, breaker in known.items() if breaker.parked)


def pause_feed(engine: Engine, feed: str, session: Session, *, why: str, now: datetime) -> Breaker:
    """Park a feed until a person resumes it. Raises BadInput where a person has parked it already, or gives no reason."""
    with engine.begin() as connection:
        breaker = _held(connection, feed, session, PAUSE, why=why, now=now)
        if breaker.parked and breaker.try_at is None:
            raise BadInput(f"{breaker.who} has paused it already", where=feed)
        return _change(connection, breaker, pause(breaker, who=session.actor, why=why.strip(), now=now), now)


def resume_feed(engine: Engine, feed: str, session: Session, *, why: str, now: datetime) -> Breaker:
    """End a feed's pause; what has come today, the person knows of, so it is no flood any more. Raises BadInput where the
    feed is not paused, or no reason is given."""
    with engine.begin() as connection:
        breaker = _held(connection, feed, session, RESUME, why=why, now=now)
        if not breaker.parked:
            raise BadInput("It is not paused", where=feed, next_step="See `send-integration feed list`.")
        forget_volume(connection, feed, london_day(now))
        return _change(connection, breaker, resume(breaker, who=session.actor, why=why.strip(), now=now), now)


def say_change(
    connection: Connection,
    breaker: Breaker,
    failures: Sequence[Failure],
    *,
    at: datetime,
    why: str,
    first_bad_at: datetime | None = None,
) -> None:
    """Keep a change of a breaker, or a warning, in its history, and publish it."""
    keep_change(connection, breaker, failures, at=at, why=why, first_bad_at=first_bad_at)
    told = {
        "feed": breaker.feed,
        "state": breaker.state,
        "at": utc_text(at),
        "who": breaker.who,
        "why": why,
        "try_at": utc_text(breaker.try_at) if breaker.try_at else None,
        "failures": failures_as_json(failures),
    }
    say(connection, [Outgoing(topics.FEED_HEALTH.name, breaker.feed.encode(), json.dumps(told).encode(), (AS_JSON,))])


def post_openings(engine: Engine, mailboxes: Mapping[str, str], fallback: str, now: datetime) -> int:
    """Ask for each opening to be sent to the stewards, once; gives how many were. What is over by now is no news."""
    address = mailboxes.get(STEWARDS, "") or fallback
    with engine.begin() as connection:
        found = unposted_openings(connection)
        mark_openings_posted(connection, [change.id for change in found], now)
        standing = standing_openings(connection)
        drop_unsent(connection, LETTER, but=[f"{LETTER}{number}" for number in standing])
        opened = [change for change in found if change.id in standing]
        if not address:
            return 0
        letters = [(f"{LETTER}{change.id}", feed_letter(change.feed, change.why, change.who)) for change in opened]
        add_deliveries(connection, [Delivery(name, address, letter) for name, letter in letters], now)
        return len(letters)


def _held(connection: Connection, feed: str, session: Session, action: str, *, why: str, now: datetime) -> Breaker:
    """A feed's breaker, held for a person whose act is written down with it."""
    if feed not in FEEDS:
        raise BadInput("There is no such feed", where=feed, next_step=f"Feeds are: {', '.join(FEEDS)}.")
    if not why.strip():
        raise BadInput("It needs a reason, for the audit and for whoever reads the feed", where="--why")
    record_within(connection, session, action, None, allowed=True, why=f"{feed}: {why.strip()}")
    return hold_breaker(connection, feed, now)


def _change(connection: Connection, before: Breaker, after: Breaker, now: datetime) -> Breaker:
    """Keep a breaker as it stands from now on; a window on trial begins with the next message."""
    if after is before:
        return before
    change_breaker(connection, after)
    say_change(connection, after, (), at=now, why=after.why)
    if after.state is not State.OPEN:
        close_window(connection, after.feed)
    return after
