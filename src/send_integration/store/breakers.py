"""Each feed's circuit breaker as it stands, and every change of it."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.watch.breaker import Breaker, Failure, State, new_breaker
from send_integration.when.london import london_day

_COLUMNS = "feed, state, since, who, why, trips, try_at, resumed_at"


class Change(NamedTuple):
    """A change of a breaker as it is kept, with the batch rules that failed: when the first row was read that counts against
    them, and when its stewards were written to, where that is known."""

    id: int
    feed: str
    state: str
    at: datetime
    who: str
    why: str
    failures: list[dict[str, Any]]
    first_bad_at: datetime | None
    posted_at: datetime | None


_CHANGE = "id, feed, state, at, who, why, failures, first_bad_at, posted_at"


def breakers(connection: Connection) -> dict[str, Breaker]:
    """The breaker of every feed of which something was ever decided; any other feed is let in."""
    rows = connection.execute(text(f"SELECT {_COLUMNS} FROM feed_breaker ORDER BY feed"))  # noqa: S608 - ours
    return {row[0]: _breaker(row) for row in rows}


def paused_feeds(engine: Engine) -> dict[str, Breaker]:
    """The feeds that are parked now, each with its breaker."""
    with engine.connect() as connection:
        return {feed: breaker for feed, breaker in breakers(connection).items() if breaker.parked}


def paused_since(engine: Engine) -> dict[str, date]:
    """Since which day messages of each paused feed may be waiting: since it was last wholly let in, whatever trials, and
    people who prolonged the pause, came between."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT b.feed, min(c.at) FROM feed_breaker b JOIN feed_change c ON c.feed = b.feed AND c.state = 'open'"
                " AND c.id > coalesce((SELECT max(l.id) FROM feed_change l WHERE l.feed = b.feed AND l.state = 'closed'), 0)"
                " WHERE b.state = 'open' GROUP BY b.feed"
            )
        )
        return {feed: london_day(at) for feed, at in rows}


class Entrance(NamedTuple):
    """Whether a feed is parked at this moment, and when a person last let it in again."""

    parked: bool
    resumed_at: datetime | None


def entrance_of(connection: Connection, feed: str) -> Entrance:
    """How a feed is let in at this moment; it may be another the next, so only `hold_breaker` decides."""
    query = text("SELECT state = 'open', resumed_at FROM feed_breaker WHERE feed = :feed")
    row = connection.execute(query, {"feed": feed}).one_or_none()
    return Entrance(*row) if row else Entrance(parked=False, resumed_at=None)


def hold_breaker(connection: Connection, feed: str, now: datetime) -> Breaker:
    """A feed's breaker, which nobody else changes or passes until this transaction ends.

    It is the last lock that a transaction takes: whoever holds it waits for nobody.
    """
    query = text(f"SELECT {_COLUMNS} FROM feed_breaker WHERE feed = :feed FOR UPDATE")  # noqa: S608 - ours
    row = connection.execute(query, {"feed": feed}).one_or_none()
    if row is None:
        _insert(connection, new_breaker(feed, now))
        row = connection.execute(query, {"feed": feed}).one()
    return _breaker(row)


def _insert(connection: Connection, breaker: Breaker) -> None:
    connection.execute(
        text(
            f"INSERT INTO feed_breaker ({_COLUMNS}) VALUES (:feed, :state, :since, :who, :why, :trips, :try_at, :resumed_at)"  # noqa: S608 - ours
            " ON CONFLICT DO NOTHING"
        ),
        _values(breaker),
    )


def change_breaker(connection: Connection, breaker: Breaker) -> None:
    """Keep a breaker that is held as it stands from now on."""
    connection.execute(
        text(
            "UPDATE feed_breaker SET state = :state, since = :since, who = :who, why = :why, trips = :trips,"
            " try_at = :try_at, resumed_at = :resumed_at WHERE feed = :feed"
        ),
        _values(breaker),
    )


def keep_change(
    connection: Connection,
    breaker: Breaker,
    failures: Sequence[Failure],
    *,
    at: datetime,
    why: str,
    first_bad_at: datetime | None = None,
) -> None:
    """Keep that a breaker has changed, or that rules warned of its feed; and since when rows counted against the rules."""
    connection.execute(
        text(
            "INSERT INTO feed_change (feed, state, at, who, why, failures, first_bad_at)"
            " VALUES (:feed, :state, :at, :who, :why, cast(:failures AS jsonb), :first_bad_at)"
        ),
        {
            "feed": breaker.feed,
            "state": breaker.state,
            "at": at,
            "who": breaker.who,
            "why": why,
            "failures": json.dumps(failures_as_json(failures)),
            "first_bad_at": first_bad_at,
        },
    )


def failures_as_json(failures: Sequence[Failure]) -> list[dict[str, Any]]:
    """Failed rules as they are kept and published: measure against limit, and nothing of any child."""
    return [
        {"rule": f.rule, "owner": f.owner, "measure": f.measure, "value": f.value, "limit": f.limit} for f in failures
    ]


def changes_of(engine: Engine, feed: str, limit: int) -> list[Change]:
    """A feed's last changes, the newest first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT {_CHANGE} FROM feed_change WHERE feed = :feed"  # noqa: S608 - ours
                " ORDER BY id DESC LIMIT :limit"
            ),
            {"feed": feed, "limit": limit},
        )
        return [Change(*row) for row in rows]


def rules_told(connection: Connection, feed: str, since: datetime) -> set[str]:
    """The batch rules that have failed a feed since a moment, as its history tells."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT failed ->> 'rule' FROM feed_change, jsonb_array_elements(failures) AS failed"
            " WHERE feed = :feed AND at >= :since"
        ),
        {"feed": feed, "since": since},
    )
    return {row[0] for row in rows}


def rules_warned(connection: Connection, since: datetime) -> dict[str, list[str]]:
    """For each feed the batch rules that only warned of it since a moment, each once."""
    rows = connection.execute(
        text(
            "SELECT feed, array_agg(DISTINCT failed ->> 'rule') FROM feed_change, jsonb_array_elements(failures) AS failed"
            " WHERE state <> 'open' AND at >= :since GROUP BY feed"
        ),
        {"since": since},
    )
    return {feed: rules for feed, rules in rows}  # noqa: C416 - a row is no pair for the types


def unposted_openings(connection: Connection) -> list[Change]:
    """Openings of which the stewards were not yet told by mail; locked until the transaction ends."""
    rows = connection.execute(
        text(
            f"SELECT {_CHANGE} FROM feed_change WHERE state = 'open' AND posted_at IS NULL"  # noqa: S608 - ours
            " ORDER BY id FOR UPDATE"
        )
    )
    return [Change(*row) for row in rows]


def standing_openings(connection: Connection) -> set[int]:
    """The changes by which the feeds that are parked now came to stand as they do."""
    rows = connection.execute(
        text(
            "SELECT c.id FROM feed_breaker b JOIN feed_change c ON c.feed = b.feed AND c.at = b.since AND c.state = 'open'"
            " WHERE b.state = 'open'"
        )
    )
    return {row[0] for row in rows}


def mark_openings_posted(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Record that openings were handed to the channels, or have nobody to be sent to."""
    connection.execute(
        text("UPDATE feed_change SET posted_at = :now WHERE id = ANY(:ids)"), {"now": now, "ids": list(ids)}
    )


def _values(breaker: Breaker) -> dict[str, object]:
    return {
        "feed": breaker.feed,
        "state": breaker.state,
        "since": breaker.since,
        "who": breaker.who,
        "why": breaker.why,
        "trips": breaker.trips,
        "try_at": breaker.try_at,
        "resumed_at": breaker.resumed_at,
    }


def _breaker(row: Sequence[Any]) -> Breaker:
    return Breaker(row[0], State(row[1]), row[2], row[3], row[4], row[5], row[6], row[7])
