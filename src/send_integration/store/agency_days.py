"""The counts of each agency's messages in each feed, by the day in London on which the gate saw them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from send_integration.watch.agencies import SUMS, AgencyTally


class AgencyDay(NamedTuple):
    """One agency's counts in one feed over some days that share a beginning: a day, or a month's first."""

    feed: str
    agency: str
    since: date
    tally: AgencyTally


_MOMENTS = ("heard_at", "recorded_at")
_COLUMNS = (*SUMS, *_MOMENTS)
_TYPES = {**dict.fromkeys(SUMS, "bigint"), "lag_seconds": "double precision", **dict.fromkeys(_MOMENTS, "timestamptz")}
_ARRAYS = ", ".join(f"cast(:{name} AS {_TYPES[name]}[])" for name in _COLUMNS)
_ADDED = ", ".join(
    f"{name} = greatest(agency_day.{name}, excluded.{name})"
    if name in _MOMENTS
    else f"{name} = agency_day.{name} + excluded.{name}"
    for name in _COLUMNS
)
_SUMMED = ", ".join(f"max({name})" if name in _MOMENTS else f"cast(sum({name}) AS {_TYPES[name]})" for name in _COLUMNS)


def add_agency_day(connection: Connection, feed: str, day: date, found: Mapping[str, AgencyTally]) -> None:
    """Count a batch's messages by agency, in one write.

    The rows are ordered, so that two gates of one feed wait for each other and never both.
    """
    if not found:
        return
    rows = sorted(found.items())
    given: dict[str, object] = {"feed": feed, "day": day, "agencies": [agency for agency, _ in rows]}
    given |= {name: [getattr(tally, name) for _, tally in rows] for name in _COLUMNS}
    names = ", ".join(_COLUMNS)
    connection.execute(
        text(
            f"INSERT INTO agency_day (feed, agency, day, {names})"  # noqa: S608 - ours
            f" SELECT :feed, u.agency, :day, {', '.join(f'u.{name}' for name in _COLUMNS)}"
            f" FROM unnest(cast(:agencies AS text[]), {_ARRAYS}) AS u(agency, {names})"
            f" ON CONFLICT (feed, agency, day) DO UPDATE SET {_ADDED}"
        ),
        given,
    )


def agencies_since(connection: Connection, first: date, feed: str | None = None) -> list[AgencyDay]:
    """Each agency's counts in each feed, or in one, from a day on."""
    return _asked(connection, "cast(:first AS date)", "day >= :first AND (cast(:feed AS text) IS NULL OR feed = :feed)",
                  {"first": first, "feed": feed})  # fmt: skip


def agencies_by_month(connection: Connection, first: date) -> list[AgencyDay]:
    """Each agency's counts in each feed and month, from a day on, in order."""
    return _asked(connection, "cast(date_trunc('month', day) AS date)", "day >= :first", {"first": first})


def last_heard(connection: Connection) -> dict[str, list[AgencyDay]]:
    """Of each feed every agency that was ever heard of, with all of its counts together."""
    found: defaultdict[str, list[AgencyDay]] = defaultdict(list)
    for row in _asked(connection, "min(day)", "true", {}):
        found[row.feed].append(row)
    return found


def _asked(connection: Connection, since: str, where: str, given: Mapping[str, object]) -> list[AgencyDay]:
    grouped = "1, 2" if since.startswith("min") else "1, 2, 3"
    rows = connection.execute(
        text(
            f"SELECT feed, agency, {since}, {_SUMMED} FROM agency_day WHERE {where}"  # noqa: S608 - ours
            f" GROUP BY {grouped} ORDER BY {grouped}"
        ),
        dict(given),
    )
    return [_agency_day(row) for row in rows]


def _agency_day(row: Sequence[Any]) -> AgencyDay:
    return AgencyDay(row[0], row[1], row[2], AgencyTally(**dict(zip(_COLUMNS, row[3:], strict=True))))
